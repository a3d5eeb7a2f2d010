"""The sportslm model: configurations, transformer, data loading, training, generation and evaluation.

Installs and runs alone (``pip wheel ./sportslm_model``): torch, numpy, safetensors, tokenizers and
pydantic are all it needs. A training container runs ``python -m sportslm_model.entry``.
"""
