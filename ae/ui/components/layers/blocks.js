// Which of a network's operations are shown, in which groups.

// Groups of blocks from the image to the reconstruction, and then the corrections of z, if there are
// any: {heading, kind, blocks}. A block is {part, name, title, result, shape, isImage}: its shape is
// that of its pictures. Operations that only give values another shape are left out.
function groupsOf({ encoder, decoder, z_log_var: head }) {
  const groups = [{ heading: "Encoder", kind: "encoder", blocks: [] }];
  let shown = shownOf("encoder", encoder);
  const z = { ...shown.pop(), title: head ? "z_mean" : "z" };
  shown = shown.filter((block, i) => {
    // Within a decoder in the encoder, its last layer alone: the picture that is compared.
    const own = decoderIn(block.name);
    return !own || own !== decoderIn(shown[i + 1]?.name ?? "");
  });
  for (const block of shown) {
    if (decoderIn(block.name)) {
      const done = groups.length - 1;
      groups.at(-1).blocks.at(-1).title = done ? `z after correction ${done}` : "z before correction";
      const heading = `↻ Correction ${done + 1} of z: decode, compare, correct`;
      groups.push({ heading, kind: "correction", blocks: [] });
      Object.assign(block, { title: "Decoded so far", isImage: true, isRepeated: true });
    }
    groups.at(-1).blocks.push(block);
  }
  const [first, ...corrections] = groups;
  const latent = { heading: "Bottleneck", kind: "latent", blocks: head ? [z, besideMean(head, encoder)] : [z] };
  const painted = shownOf("decoder", decoder);
  Object.assign(painted.at(-1), { title: "Reconstruction", isImage: true });
  return [first, latent, { heading: "Decoder", kind: "decoder", blocks: painted }, ...corrections];
}

// The z_log_var of a VAE, which reads what z_mean reads. The reconstruction is without it.
function besideMean(head, encoder) {
  const [block] = shownOf("z_log_var", head);
  return { ...block, isAside: true, result: { ...block.result, from: [encoder.results.get(head.takes)] } };
}

// What a decoder in the encoder is called, of which an operation is; an empty text for others.
const decoderIn = (name) => /^decoder( \(\d+\))?(?=\/)/.exec(name)?.[0] ?? "";

// Layers that average, enlarge, pad or crop are products of matrices here, one after the other: only
// the last of these steps has the layer's own name.
const RESAMPLES = /^((Global)?AveragePooling2D|UpSampling2D|Resizing|ZeroPadding2D|Cropping2D)$/;
const isStep = (name, { layer, operation }) =>
  RESAMPLES.test(layer) && new RegExp(`/${operation?.op}( \\(\\d+\\))?$`).test(name);

function shownOf(part, { results }) {
  const blocks = [];
  const last = [...results.keys()].at(-1); // shown if nothing else is
  for (const [name, result] of results) {
    if (isStep(name, result)) continue;
    if (result.reshapes && (blocks.length > 0 || name !== last)) {
      // A dense layer's values are shown as the feature maps that they become.
      const before = blocks.at(-1);
      if (before && result.layer === "Reshape" && result.shape.length > before.shape.length) {
        before.shape = result.shape;
      }
    } else blocks.push({ part, name, title: name, result, shape: result.shape });
  }
  return blocks;
}

// --- in words ---

const inWords = (shape) => shape.join(" × ");

function parametersInWords({ parameters }) {
  if (!parameters) return "no parameters";
  return `${parameters.toLocaleString("en")} parameter${parameters === 1 ? "" : "s"}`;
}

// --- on the screen ---

// A name that may be broken into lines where its words end.
const breakable = (name) => name.split(/(?<=[_ ])|(?<=[a-zD])(?=[A-Z])|(?<=Recon)|(?<=conca)/).flatMap((word, i) => (i ? [document.createElement("wbr"), word] : [word]));

function made(tag, className, ...children) {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...children);
  return element;
}
