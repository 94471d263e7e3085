// Components that show nothing: they give something to the others of the page under a name, for as
// long as their element is there. Streamlit does not send again what has not changed, so what is
// thrown away earlier would be gone for good.

const NAME_LENGTH = 48; // as base.py has it

// kind : what is told when something has come. shelf : where it stands, by its name.
// read : makes it of the bytes, or promises it. close : frees it.
function provider(kind, shelf, read, close = () => {}) {
  async function receive(view, data) {
    const name = new TextDecoder().decode(data.subarray(0, NAME_LENGTH)).trim();
    if (view.name === name) return;
    release(view);
    Object.assign(view, { name, given: null });
    const given = await read(data.subarray(NAME_LENGTH));
    if (view.isGone || view.name !== name) return close(given); // another has come meanwhile
    view.given = given;
    shelf.set(name, given);
    tell(kind, name);
  }
  function release({ name, given }) {
    if (!given) return;
    // another element may have brought the same since
    if (shelf.get(name) === given) shelf.delete(name);
    close(given);
  }
  return component({ receive, dismiss: release });
}
