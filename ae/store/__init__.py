"""The models folder, its cards, and imported models. ``from ae import store; store.load()``"""

from ae.errors import ModelError
from ae.store.cards import ModelCard
from ae.store.folder import (
    CARD_FILE,
    DEFAULT_MODEL,
    GRAPH_FILE,
    HISTORY_FILE,
    MODEL_FILE,
    SHIPPED,
    check_name,
    file_of,
    is_name,
    list_models,
    load,
    models_by_latent_dim,
    models_folder,
    new_folder,
    read_card,
    remove,
    write_card,
)
