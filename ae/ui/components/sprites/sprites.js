// Gives a sheet of pictures, from its PNG, to the components of the page.

const pictureOf = (png) => createImageBitmap(new Blob([png], { type: "image/png" }));

export default provider("sheet", lab.sheets, pictureOf, (picture) => picture.close());
