"""test_torch.py LIBRARY SOURCE: library attention against PyTorch, code that is not ours, with the same weights.

nn.MultiheadAttention (self, cross, values of their own; no mask, causal, padding, any mask; the weights of each head)
and nn.TransformerEncoderLayer (norm after and before, ReLU and GELU, one to three layers, padding and causal; with
torch's fast path and without). Both compute in float32, and every tensor has to agree to 2e-5 of its largest number.
Status 0: all agree; 1: one line for each that does not. torch.sh finds a Python that has torch."""

import sys

import numpy
import torch

sys.dont_write_bytecode = True
from attention_library import Library, Pass  # noqa: E402

TOLERANCE = 2e-5
# n, m, d, heads, d_ff
SHAPES = [(1, 1, 8, 1, 16), (2, 3, 4, 2, 7), (7, 5, 24, 3, 33), (16, 16, 32, 4, 128), (33, 65, 48, 6, 100),
          (64, 64, 64, 8, 256), (100, 131, 96, 2, 384), (130, 40, 120, 10, 480)]
SEEDS = 4


class Results:
    def __init__(self):
        self.compared, self.worst, self.failed = 0, 0.0, 0

    def compare(self, case, name, ours, theirs):
        theirs = theirs.detach().numpy()
        ours = ours.reshape(theirs.shape)
        scale = numpy.abs(theirs).max()
        error = numpy.abs(ours - theirs).max() / (scale if scale > 0 else 1.0)
        self.compared += 1
        if not error <= TOLERANCE:  # NaN too
            self.failed += 1
            print(f"{case}: {name} differs by {error:.1e} of its scale")
        self.worst = max(self.worst, float(error))


def array(tensor):
    return numpy.ascontiguousarray(tensor.detach().numpy())


def randomize(module):
    """Biases and gains too, which torch begins with 0 and 1."""
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.dim() > 1:
                parameter.normal_(0, parameter.shape[1] ** -0.5)
            else:
                parameter.add_(torch.randn(parameter.shape) * 0.3)


def attention_weights(attention):
    d = attention.embed_dim
    layer = {}
    for i, name in enumerate("qkv"):
        layer[name + "_weight"] = array(attention.in_proj_weight[i * d:(i + 1) * d])
        if attention.in_proj_bias is not None:
            layer[name + "_bias"] = array(attention.in_proj_bias[i * d:(i + 1) * d])
    layer["o_weight"] = array(attention.out_proj.weight)
    if attention.out_proj.bias is not None:
        layer["o_bias"] = array(attention.out_proj.bias)
    return layer


def layer_weights(layer):
    weights = attention_weights(layer.self_attn)
    for ours, theirs in (("up", layer.linear1), ("down", layer.linear2), ("norm1", layer.norm1),
                         ("norm2", layer.norm2)):
        weights[ours + "_weight"], weights[ours + "_bias"] = array(theirs.weight), array(theirs.bias)
    return weights


def masks(library, n, m, random):
    """(name, our options, torch's attn_mask, torch's key_padding_mask); True is forbidden to torch."""
    yield "no mask", {}, None, None
    causal = torch.ones(n, m, dtype=torch.bool).triu(1)
    yield "causal", {"mask": library.constant("MASK_CAUSAL")}, causal, None
    if m > 1:
        padding = int(random.integers(1, m))
        keys = torch.zeros(1, m, dtype=torch.bool)
        keys[:, m - padding:] = True
        yield f"padding {padding}", {"mask": library.constant("MASK_PADDING"), "mask_size": padding}, None, keys
    allowed = (random.random((n, m)) < 0.6).astype(numpy.uint8)
    allowed[numpy.arange(n), random.integers(0, m, n)] = 1  # torch makes NaN of a row without a key
    yield ("custom", {"mask": library.constant("MASK_CUSTOM"), "allowed": allowed},
           torch.from_numpy(allowed == 0), None)


def check_attention(library, results, shape, seed):
    n, m, d, heads, _ = shape
    torch.manual_seed(seed)
    random = numpy.random.default_rng(seed)
    attention = torch.nn.MultiheadAttention(d, heads, bias=seed % 2 == 0, batch_first=True).eval()
    randomize(attention)
    layer = attention_weights(attention)
    config = {"d_model": d, "heads": heads, "d_k": d // heads, "d_v": d // heads,
              "norm": library.constant("NORM_NONE")}
    x, context, values = torch.randn(n, d), torch.randn(m, d), torch.randn(m, d)
    for kind, k, v in (("self", x, x), ("cross", context, context), ("values of their own", context, values)):
        for mask, options, attn_mask, keys in masks(library, n, len(k), random):
            case = f"MultiheadAttention n={n} m={len(k)} d={d} h={heads} seed={seed}, {kind}, {mask}"
            with torch.no_grad():
                output, weights = attention(x[None], k[None], v[None], attn_mask=attn_mask, key_padding_mask=keys,
                                            need_weights=True, average_attn_weights=False)
            ours = Pass(library, config, [layer], array(x), None if kind == "self" else array(k),
                        array(v) if kind == "values of their own" else None, **options).run()
            results.compare(case, "weights", ours.tensor("weights"), weights[0])
            results.compare(case, "output", ours.tensor("attention_output"), output[0])
            ours.free()


def check_layers(library, results, shape, seed):
    n, _, d, heads, d_ff = shape
    random = numpy.random.default_rng(seed)
    x = torch.randn(n, d, generator=torch.Generator().manual_seed(seed))
    for activation in ("relu", "gelu"):
        for norm_first in (False, True):
            torch.manual_seed(seed)
            layers = [torch.nn.TransformerEncoderLayer(d, heads, d_ff, 0.0, activation, batch_first=True,
                                                       norm_first=norm_first) for _ in range(1 + seed % 3)]
            for layer in layers:
                randomize(layer)
            config = {"d_model": d, "heads": heads, "d_k": d // heads, "d_v": d // heads, "d_ff": d_ff,
                      "norm": library.constant("NORM_PRE" if norm_first else "NORM_POST"),
                      "activation": library.constant("ACTIVATION_" + activation.upper())}
            weights = [layer_weights(layer) for layer in layers]
            for mask, options, attn_mask, keys in masks(library, n, n, random):
                ours = Pass(library, config, weights, array(x), **options).run()
                for is_fast in (False, True):  # torch takes its fast path in evaluation without gradients
                    y = x[None]
                    for index, layer in enumerate(layers):
                        layer.train(not is_fast)
                        with torch.no_grad():
                            y = layer(y, src_mask=attn_mask, src_key_padding_mask=keys)
                        case = (f"TransformerEncoderLayer {index + 1} of {len(layers)}, n={n} d={d} h={heads} "
                                f"d_ff={d_ff} seed={seed}, {activation}, norm {'first' if norm_first else 'after'}, "
                                f"{mask}{', fast path' if is_fast else ''}")
                        results.compare(case, "output", ours.tensor("output", index), y[0])
                ours.free()


def main():
    library = Library(sys.argv[1], sys.argv[2])
    results = Results()
    for seed in range(SEEDS):
        for shape in SHAPES:
            check_attention(library, results, shape, seed)
            check_layers(library, results, shape, seed)
    print(f"torch {torch.__version__}: {results.compared} tensors compared, {results.failed} differ; "
          f"the largest difference is {results.worst:.1e} of the tensor's scale ({TOLERANCE:.0e} is allowed)")
    return 1 if results.failed or not results.compared else 0


if __name__ == "__main__":
    sys.exit(main())
