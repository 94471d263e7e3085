"""One sentence on each setting of a model and its training: what it does to the result."""

from ae.config import ACTIVATIONS, KINDS, LOSSES, OPTIMIZERS
from ae.data.noise import NOISE_KINDS

SETTING_HELP = {
    "kind": f"What is built: {', '.join(KINDS)}. A linear one does no better than PCA; a VAE's "
    "codes fill a Gaussian, so that new digits can be drawn from it.",
    "latent_dim": "How many numbers the code z has. Fewer: smaller codes, blurrier digits.",
    "filters": "Channels of the encoder's convolutions, as in 32,64. More: lower error, slower.",
    "decoder_filters": "Channels of the decoder's grid and of its hidden transposed convolutions. "
    "More: sharper digits, slower.",
    "decoder_kernel": "Side in pixels of the transposed convolutions that double the grid. Larger: "
    "smoother strokes, slower.",
    "hidden": "Widths of dense layers around the code, as in 256,64; empty for none. They pay "
    "where the code has few numbers.",
    "activation": f"After each hidden layer: {', '.join(ACTIVATIONS)}. The smooth ones learn "
    "faster here.",
    "refinements": "How often the encoder decodes its own code, looks at what is missing and "
    "corrects the code, 0 to 3. Each: lower error, about one network's time more.",
    "refinement_filters": "Channels of the two convolutions of each such correction.",
    "epochs": "Passes over the training digits. More: lower error, longer wait.",
    "batch_size": "Images per step. Smaller: more steps and a lower error per epoch, slower.",
    "optimizer": f"What moves the weights: {', '.join(OPTIMIZERS)}. Muon acts on dense layers "
    "alone and lowers their error in fewer steps; the rest has Adam.",
    "learning_rate": "The highest rate, reached after the warm-up. Higher: faster, until it "
    "diverges.",
    "warmup": "Share of all steps in which the learning rate rises. It lets a high rate start "
    "safely.",
    "loss": f"What is minimised: {', '.join(LOSSES)}. The squared error is told either way.",
    "seed": "Of weights, order, augmentation and noise. The same seed on the same machine gives "
    "the same model.",
    "shift": "Largest random shift of each image, in pixels. It keeps a long training from "
    "learning the digits by heart.",
    "rotation": "Largest random rotation of each image, in degrees. It keeps a long training from "
    "learning the digits by heart.",
    "scaling": "Largest random change of size of each image, as a fraction. It keeps a long "
    "training from learning the digits by heart.",
    "plain_epochs": "How many epochs at the end are without shift, rotation and scaling: the "
    "model ends on digits as they are.",
    "kl_weight": "Weight of kl_loss beside the reconstruction loss of a VAE. More: codes nearer "
    "to a Gaussian, blurrier digits.",
    "noise": f"Noise on what it sees, not on what it should give: {', '.join(NOISE_KINDS)} or "
    "mixture. The model learns to remove it.",
    "noise_strength": "The strongest noise in training, 0 to 1. Stronger: it removes more, and "
    "rebuilds clean digits worse.",
    "validation_images": "Training images kept aside to measure the error on, 0 for none. They "
    "show whether it only learns by heart.",
}
