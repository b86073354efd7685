"""bench_torch.py LIBRARY SOURCE: passes of library attention against PyTorch and numpy that record the same tensors.

Run by hand, with a Python that has torch (Debian: python3-torch). LIBRARY is libattention.so, SOURCE the checkout.
Each setting is a process of its own, because it is made by the environment: OpenBLAS, torch's vectors, malloc.
Within a process the contenders take turns, and a ratio is the median of the ratios of neighbouring turns, so that
other work on the machine falls on all alike. Before anything is timed, outputs must agree to 2e-5 of their scale."""

import argparse
import ctypes
import os
import statistics
import subprocess
import sys
import time

BLAS = "/usr/lib/x86_64-linux-gnu/openblas-"
GIB = 1 << 30
SETTINGS = {
    # what apt-get gives with python3-torch and its recommendations
    "as shipped": {"LD_LIBRARY_PATH": BLAS + "pthread"},
    "tuned": {"LD_LIBRARY_PATH": BLAS + "openmp", "ATEN_CPU_CAPABILITY": "avx512", "MALLOC_MMAP_MAX_": "0",
              "MALLOC_TRIM_THRESHOLD_": str(16 * GIB), "MALLOC_TOP_PAD_": str(GIB // 4)},
}
# OpenBLAS 0.3.21 knows processors by their numbers and takes newer ones for one of 2004. Tuning tells it the truth.
CORES_512 = ("SkylakeX", "Cooperlake", "Sapphirerapids", "Zen4")
CORES_256 = ("Haswell", "Zen")
# Of the caller's own environment none of these may decide.
CLEARED = ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "GLIBC_TUNABLES",
           "LD_PRELOAD"] + [name for setting in SETTINGS.values() for name in setting]
# name, n, d, heads, d_k, d_ff, targets: torch's time over ours as shipped and tuned (two threads; toys: one)
SHAPES = {
    "heads": ("heads, n = 1024, h = 12, d_k = 64", 1024, 16, 12, 64, 0),
    "layer": ("layer, n = 1024, d = 768, h = 12, d_ff = 3072", 1024, 768, 12, 64, 3072),
    "toy64": ("layer, n = 64, d = 64, h = 8, d_ff = 256", 64, 64, 8, 8, 256),
    "toy16": ("layer, n = 16, d = 32, h = 4, d_ff = 128", 16, 32, 4, 8, 128),
}


# ---- the contenders: functions that return every tensor they make, so that all of them stay until the next turn ----

def torch_pass(w, x, shape):
    import torch
    from torch.nn import functional
    _, n, d, heads, d_k, d_ff = shape
    w = {name: torch.from_numpy(array) for name, array in w.items()}
    x, scale = torch.from_numpy(x), d_k ** 0.5

    def split(y):
        return y.view(n, heads, d_k).transpose(0, 1)

    def attend(q, k, v):
        s = q @ k.transpose(1, 2)
        z = s / scale
        a = torch.softmax(z, -1)
        return s, z, a, a @ v

    def layer():
        q, k, v = (functional.linear(x, w[p + "_weight"], w[p + "_bias"]) for p in "qkv")
        s, z, a, o = attend(split(q), split(k), split(v))
        c = o.transpose(0, 1).reshape(n, heads * d_k)
        y = functional.linear(c, w["o_weight"], w["o_bias"])
        r1 = x + y
        n1 = functional.layer_norm(r1, (d,), w["norm1_weight"], w["norm1_bias"])
        hidden = functional.gelu(functional.linear(n1, w["up_weight"], w["up_bias"]))
        f = functional.linear(hidden, w["down_weight"], w["down_bias"])
        r2 = n1 + f
        n2 = functional.layer_norm(r2, (d,), w["norm2_weight"], w["norm2_bias"])
        return q, k, v, s, z, a, o, c, y, r1, n1, hidden, f, r2, n2

    if d_ff:
        return layer
    q, k, v = (split(functional.linear(x, w[p + "_weight"], w[p + "_bias"])).contiguous() for p in "qkv")
    return lambda: attend(q, k, v)


def numpy_pass(w, x, shape):
    import numpy
    _, n, d, heads, d_k, d_ff = shape
    scale, half, root = numpy.float32(d_k ** 0.5), numpy.float32(0.5), numpy.float32((2 / numpy.pi) ** 0.5)
    cube, one, epsilon = numpy.float32(0.044715), numpy.float32(1), numpy.float32(1e-5)

    def linear(y, p):
        return y @ w[p + "_weight"].T + w[p + "_bias"]

    def split(y):
        return y.reshape(n, heads, d_k).transpose(1, 0, 2)

    def attend(q, k, v):
        s = q @ k.transpose(0, 2, 1)
        z = s / scale
        a = numpy.exp(z - z.max(-1, keepdims=True))
        a /= a.sum(-1, keepdims=True)
        return s, z, a, a @ v

    def norm(y, p):
        y = y - y.mean(-1, keepdims=True)
        return y / numpy.sqrt((y * y).mean(-1, keepdims=True) + epsilon) * w[p + "_weight"] + w[p + "_bias"]

    def layer():
        q, k, v = (linear(x, p) for p in "qkv")
        s, z, a, o = attend(split(q), split(k), split(v))
        c = o.transpose(1, 0, 2).reshape(n, heads * d_k)
        y = linear(c, "o")
        r1 = x + y
        n1 = norm(r1, "norm1")
        up = linear(n1, "up")  # numpy has no erf: the form with tanh, as numpy's users write it
        hidden = half * up * (one + numpy.tanh(root * (up + cube * up * up * up)))
        f = linear(hidden, "down")
        r2 = n1 + f
        return q, k, v, s, z, a, o, c, y, r1, n1, hidden, f, r2, norm(r2, "norm2")

    if d_ff:
        return layer
    q, k, v = (numpy.ascontiguousarray(split(linear(x, p))) for p in "qkv")
    return lambda: attend(q, k, v)


def our_pass(library, w, x, shape, threads):
    _, _, d, heads, d_k, d_ff = shape
    from attention_library import Pass
    config = {"d_model": d, "heads": heads, "d_k": d_k, "d_v": d_k, "d_ff": d_ff,
              "norm": library.constant("NORM_POST" if d_ff else "NORM_NONE"),
              "activation": library.constant("ACTIVATION_GELU")}
    pool = library.c.attention_pool_new(threads, None) if threads > 1 else None
    return Pass(library, config, [w], x, pool=pool)


def weights_make(shape):
    import numpy
    _, n, d, heads, d_k, d_ff = shape
    random = numpy.random.default_rng(2017)

    def normal(*size, scale=None):
        return (random.standard_normal(size) * (scale or size[-1] ** -0.5)).astype(numpy.float32)

    w = {}
    for p in "qkv":
        w[p + "_weight"], w[p + "_bias"] = normal(heads * d_k, d), normal(heads * d_k, scale=0.1)
    w["o_weight"], w["o_bias"] = normal(d, heads * d_k), normal(d, scale=0.1)
    if d_ff:
        w["up_weight"], w["up_bias"] = normal(d_ff, d), normal(d_ff, scale=0.1)
        w["down_weight"], w["down_bias"] = normal(d, d_ff), normal(d, scale=0.1)
        for p in ("norm1", "norm2"):
            w[p + "_weight"], w[p + "_bias"] = 1 + normal(d, scale=0.1), normal(d, scale=0.1)
    return w, normal(n, d, scale=1.0)


# ---- one process: one setting, one number of threads ----

def check(ours, theirs, name, tolerance):
    import numpy
    theirs = numpy.asarray(theirs)
    error = numpy.abs(ours.reshape(theirs.shape) - theirs).max() / numpy.abs(theirs).max()
    if not error <= tolerance:
        sys.exit(f"bench: {name} disagrees: {error:.1e} of its scale")


def measure(contenders, rounds, batch_ms, gap_s, clock):
    """{name: [ms per pass]}, in turns. Before a turn everybody rests, so that nobody's threads are still awake, and
    the one whose turn it is warms up."""
    kept, batch, times = {}, {}, {name: [] for name in contenders}
    for name, run in contenders.items():
        start = clock()
        for _ in range(3):
            kept[name] = run()
        batch[name] = max(1, int(batch_ms * 3e-3 / (clock() - start)))
    names = list(contenders)
    for turn in range(rounds):
        for name in names[turn % len(names):] + names[:turn % len(names)]:
            run = contenders[name]
            time.sleep(gap_s)
            for _ in range(max(1, batch[name] // 4)):
                kept[name] = run()
            start = clock()
            for _ in range(batch[name]):
                kept[name] = run()
            times[name].append((clock() - start) * 1e3 / batch[name])
    return times


def blas_core():
    """What OpenBLAS has taken this processor for."""
    try:
        blas = ctypes.CDLL("libblas.so.3")
        blas.openblas_get_corename.restype = ctypes.c_char_p
        return f"OpenBLAS {blas.openblas_get_corename().decode()}"
    except (OSError, AttributeError):
        return "no OpenBLAS"


def environment_make(setting, threads):
    environment = {key: value for key, value in os.environ.items() if key not in CLEARED}
    environment.update(setting, OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads))
    return environment


def core_type(setting):
    """OPENBLAS_CORETYPE where OpenBLAS misses vectors that this processor has; else nothing."""
    seen = subprocess.run([sys.executable, __file__, "--core"], env=environment_make(setting, 1), check=True,
                          stdout=subprocess.PIPE, text=True).stdout.split()[-1]
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        flags = next((line.split() for line in file if line.startswith("flags")), [])
    if "avx512f" in flags:
        return {} if seen in CORES_512 else {"OPENBLAS_CORETYPE": "SkylakeX"}
    return {} if "avx2" not in flags or seen in CORES_256 else {"OPENBLAS_CORETYPE": "Haswell"}


def child(options):
    import numpy
    import torch
    sys.path.insert(0, os.path.join(options.source, "tests/attention"))
    sys.dont_write_bytecode = True
    from attention_library import Library
    torch.set_num_threads(options.threads)
    library = Library(options.library, options.source)
    kernels = library.c.attention_kernels_name(0).decode()
    print(f"\n{options.child}, {options.threads} thread{'s' if options.threads > 1 else ''}: torch {torch.__version__}, "
          f"numpy {numpy.__version__}, {blas_core()}, our kernels {kernels}", flush=True)
    print(f"  {'ms, median (best)':48}{'ours':>17}{'torch':>18}{'numpy':>18}{'torch/ours':>12}{'numpy/ours':>12}")
    for key in options.shapes:
        shape = SHAPES[key]
        w, x = weights_make(shape)
        ours = our_pass(library, w, x, shape, options.threads).run()
        contenders = {"ours": lambda: library.c.attention_pass(*ours.arguments),
                      "torch": torch_pass(w, x, shape), "numpy": numpy_pass(w, x, shape)}
        with torch.inference_mode():
            for name in ("torch", "numpy"):
                tensors = contenders[name]()
                # GELU by tanh is another function, up to 5e-4 away from the erf form; the heads are the same.
                check(ours.tensor("weights"), tensors[5 if shape[5] else 2], name + "'s weights", 2e-5)
                check(ours.tensor("output" if shape[5] else "head_output"), tensors[-1], name + "'s output",
                      1e-3 if shape[5] and name == "numpy" else 2e-5)
                del tensors
            # One thread: the processor's time, so that what others do on the machine is not counted.
            clock = time.process_time if options.threads == 1 else time.perf_counter
            times = measure(contenders, options.rounds, 5, 0.01, clock)
        ours.free()
        cells = "".join(f"{statistics.median(t):9.3f} ({min(t):.3f})".rjust(18) for t in times.values())
        ratios = "".join(f"{statistics.median([a / b for a, b in zip(times[name], times['ours'])]):12.2f}"
                         for name in ("torch", "numpy"))
        print(f"  {shape[0]:47}{cells}{ratios}", flush=True)


def main():
    if sys.argv[1:] == ["--core"]:
        return print(blas_core())
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library")
    parser.add_argument("source")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--shapes", nargs="+", choices=SHAPES, default=list(SHAPES))
    parser.add_argument("--child", choices=SETTINGS, help=argparse.SUPPRESS)
    parser.add_argument("--threads", type=int, default=0, help="1 or 2; both when not given")
    options = parser.parse_args()
    if options.child:
        return child(options)
    print("Targets at two threads, torch/ours: heads >= 5 as shipped and >= 1.6 tuned, layer of 1024 >= 3 and >= 1.2; "
          "at one: toy of 16 >= 3", flush=True)
    for threads in [options.threads] if options.threads else [1, 2]:
        for name, setting in SETTINGS.items():
            if not os.path.isdir(setting["LD_LIBRARY_PATH"]):
                print(f"\n{name}: left out, there is no {setting['LD_LIBRARY_PATH']} (Debian: apt-get install "
                      f"libopenblas0-{setting['LD_LIBRARY_PATH'].rsplit('-', 1)[1]})")
                continue
            if name == "tuned":
                setting = dict(setting, **core_type(setting))
            subprocess.run([sys.executable, __file__, options.library, options.source, "--child", name, "--threads",
                            str(threads), "--rounds", str(options.rounds), "--shapes"] + options.shapes,
                           env=environment_make(setting, threads), check=True)
    return None


if __name__ == "__main__":
    sys.exit(main())
