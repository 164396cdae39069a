"""The work of `benches/work` in NumPy, PyTorch and JAX, where they are installed, beside the built program `nnlang`.

    cargo build --release
    python3 benches/peers/peers.py target/release/nnlang

Everything runs on one core, in turns, so that a change of the machine's speed meets all alike: quote the ratios, not the times.
"""

import os
import pathlib
import subprocess
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

ROUNDS = 5


def numpy_steps():
    import numpy as np

    def logistic(dtype):
        g = np.random.default_rng(3)
        x = g.random((12288, 209)).astype(dtype)
        y = np.ones((1, 209), dtype)
        w, b = np.zeros((12288, 1), dtype), np.zeros((), dtype)

        def step():
            nonlocal w, b
            a = 1 / (1 + np.exp(-(w.T @ x + b)))
            d = (a - y) / dtype(209)
            w = w - dtype(0.001) * (x @ d.T)
            b = b - dtype(0.001) * d.sum()

        return step

    def planar(dtype):
        g = np.random.default_rng(3)
        x = g.standard_normal((2, 400)).astype(dtype)
        y = (g.standard_normal((1, 400)) > 0).astype(dtype)
        w1, b1 = g.standard_normal((2, 4)).astype(dtype), np.zeros((4, 1), dtype)
        w2, b2 = g.standard_normal((4, 1)).astype(dtype), np.zeros((1, 1), dtype)

        def step():
            nonlocal w1, b1, w2, b2
            a1 = np.tanh(w1.T @ x + b1)
            a2 = 1 / (1 + np.exp(-(w2.T @ a1 + b2)))
            d2 = (a2 - y) / dtype(400)
            d1 = (w2 @ d2) * (1 - a1 * a1)
            w2, b2 = w2 - dtype(1.2) * (a1 @ d2.T), b2 - dtype(1.2) * d2.sum(1, keepdims=True)
            w1, b1 = w1 - dtype(1.2) * (x @ d1.T), b1 - dtype(1.2) * d1.sum(1, keepdims=True)

        return step

    return {"logistic": logistic, "planar": planar}, {"f64": np.float64, "f32": np.float32}


def torch_steps():
    import torch

    torch.set_num_threads(1)

    def mlp(dtype):
        torch.manual_seed(3)
        sizes = [784, 128, 64, 10]
        x = torch.rand(64, 784, dtype=dtype)
        y = torch.softmax(torch.randn(64, 10, dtype=dtype), 1)
        params = []
        for a, b in zip(sizes, sizes[1:]):
            params += [torch.randn(a, b, dtype=dtype) / a**0.5, torch.zeros(b, dtype=dtype)]
        for p in params:
            p.requires_grad_(True)

        def step():
            h = torch.relu(x @ params[0] + params[1])
            h = torch.relu(h @ params[2] + params[3])
            z = h @ params[4] + params[5]
            loss = -(y * torch.log_softmax(z, 1)).sum(1).mean()
            for p, g in zip(params, torch.autograd.grad(loss, params)):
                p.data.sub_(0.01 * g)

        return step

    return {"mlp": mlp}, {"f64": torch.float64, "f32": torch.float32}


def jax_steps():
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp

    def planar(dtype):
        k = jax.random.split(jax.random.PRNGKey(3), 4)
        x = jax.random.normal(k[0], (2, 400), dtype)
        y = (jax.random.normal(k[1], (1, 400), dtype) > 0).astype(dtype)
        p = (jax.random.normal(k[2], (2, 4), dtype), jnp.zeros((4, 1), dtype),
             jax.random.normal(k[3], (4, 1), dtype), jnp.zeros((1, 1), dtype))

        def loss(p):
            a1 = jnp.tanh(p[0].T @ x + p[1])
            z = p[2].T @ a1 + p[3]
            return jnp.mean(jax.nn.softplus(z) - y * z)

        many = jax.jit(lambda p, n: jax.lax.fori_loop(
            0, n, lambda _, p: jax.tree.map(lambda w, g: w - 1.2 * g, p, jax.grad(loss)(p)), p))
        many(p, 1)
        return lambda n: jax.block_until_ready(many(p, n))

    planar.many = True
    return {"planar": planar}, {"f64": jnp.float64, "f32": jnp.float32}


def seconds(step, count, many):
    start = time.perf_counter()
    if many:
        step(count)
    else:
        for _ in range(count):
            step()
    return (time.perf_counter() - start) / count


def nnlang(program, text, count, precision):
    def run(times):
        start = time.perf_counter()
        done = subprocess.run(
            [program, "run", "-", "--precision", precision, "--memory-limit", "8GiB"],
            input=text.replace("TIMES", str(times)), capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stderr)
        return time.perf_counter() - start

    return (run(count + 2) - run(2)) / count


def main():
    program = sys.argv[1]
    folder = pathlib.Path(__file__).parent.parent / "work"
    counts = {"logistic": 20, "planar": 3000, "mlp": 100}
    peers = []
    for name, make in [("NumPy", numpy_steps), ("PyTorch", torch_steps), ("JAX", jax_steps)]:
        try:
            peers.append((name, *make()))
        except ImportError:
            print(f"{name} is not installed")
    print(f"{'work':10} {'':4} {'nnlang us':>10}   the peers' time over nnlang's")
    for work, count in counts.items():
        text = (folder / f"{work}.nnl").read_text()
        for precision in ("f64", "f32"):
            steps = [(name, works[work](kinds[precision]), getattr(works[work], "many", False))
                     for name, works, kinds in peers if work in works]
            own, others = [], {name: [] for name, *_ in steps}
            for _ in range(ROUNDS):
                own.append(nnlang(program, text, count, precision))
                for name, step, many in steps:
                    others[name].append(seconds(step, count, many) / own[-1])
            middle = lambda list: sorted(list)[len(list) // 2]
            ratios = "   ".join(f"{name} {middle(all):.2f}" for name, all in others.items())
            print(f"{work:10} {precision:4} {middle(own) * 1e6:10.1f}   {ratios}")


if __name__ == "__main__":
    main()
