"""What goes into the model file beside the weights, as small as it can be."""

from bptt.bundle import Bundle

BUNDLE = Bundle(config={}, classes=("no", "yes"), vocabulary_json="[]", weights={}, epoch=0)
