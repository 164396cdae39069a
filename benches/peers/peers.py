"""The work of `benches/work` in NumPy, PyTorch, JAX, onnxruntime and CasADi, where they are installed, beside the built program `nnlang`.

    cargo build --release
    python3 benches/peers/peers.py target/release/nnlang [NAME of a work ...]

Everything runs on one core, in turns, so that a change of the machine's speed meets all alike; of each the least of some rounds counts.
Quote the ratios, not the times.
"""

import json
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

ROUNDS = 4


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

    def adam(params, loss):
        best = torch.optim.Adam(params, lr=0.001, foreach=True)

        def step():
            best.zero_grad()
            loss().backward()
            best.step()

        return step

    def mlp_adam(dtype):
        torch.manual_seed(3)
        x, y = torch.rand(64, 784, dtype=dtype), torch.softmax(torch.randn(64, 10, dtype=dtype), 1)
        net = torch.nn.Sequential(
            torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 64), torch.nn.ReLU(),
            torch.nn.Linear(64, 10)).to(dtype)
        return adam(net.parameters(), lambda: -(y * torch.log_softmax(net(x), 1)).sum(1).mean())

    def conv(dtype):
        torch.manual_seed(3)
        x, y = torch.rand(64, 1, 28, 28, dtype=dtype), torch.softmax(torch.randn(64, 10, dtype=dtype), 1)
        net = torch.nn.Sequential(
            torch.nn.Conv2d(1, 8, 5), torch.nn.ReLU(), torch.nn.MaxPool2d(2),
            torch.nn.Conv2d(8, 16, 5), torch.nn.ReLU(), torch.nn.MaxPool2d(2),
            torch.nn.Flatten(), torch.nn.Linear(256, 10)).to(dtype)
        return adam(net.parameters(), lambda: -(y * torch.log_softmax(net(x), 1)).sum(1).mean())

    def lstm(dtype):
        torch.manual_seed(3)
        x = torch.randn(32, 50, 32, dtype=dtype)
        net = torch.nn.LSTM(32, 64, batch_first=True).to(dtype)
        params = list(net.parameters())

        def step():
            loss = (net(x)[0] ** 2).mean()
            for p, g in zip(params, torch.autograd.grad(loss, params)):
                p.data.sub_(0.01 * g)

        return step

    def deep(dtype):
        torch.manual_seed(3)
        x = torch.randn(8, 16, dtype=dtype)
        params = [torch.randn(16, 16, dtype=dtype) / 4 if i % 2 == 0 else torch.zeros(16, dtype=dtype)
                  for i in range(2000)]
        for p in params:
            p.requires_grad_(True)

        def step():
            h = x
            for w, b in zip(params[::2], params[1::2]):
                h = torch.tanh(h @ w + b)
            for p, g in zip(params, torch.autograd.grad((h ** 2).mean(), params)):
                p.data.sub_(0.01 * g)

        return step

    def forward(rows):
        def make(dtype):
            torch.manual_seed(3)
            x = torch.rand(rows, 784, dtype=dtype)
            net = torch.nn.Sequential(
                torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 64), torch.nn.ReLU(),
                torch.nn.Linear(64, 10), torch.nn.Softmax(1)).to(dtype)

            def step():
                with torch.no_grad():
                    net(x)

            return step

        return make

    def elementwise(dtype):
        x = torch.randn(10_000_000, dtype=dtype)
        return lambda: torch.tanh(torch.sigmoid(x) * x)

    works = {"mlp": mlp, "mlp_adam": mlp_adam, "conv": conv, "lstm": lstm, "deep": deep,
             "forward1": forward(1), "forward64": forward(64), "elementwise": elementwise}
    return works, {"f64": torch.float64, "f32": torch.float32}


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

    def mlp_adam(dtype):
        k = jax.random.split(jax.random.PRNGKey(3), 5)
        x = jax.random.uniform(k[0], (64, 784), dtype)
        y = jax.nn.softmax(jax.random.normal(k[1], (64, 10), dtype))
        sizes = [784, 128, 64, 10]
        p = tuple(part for i, (a, b) in enumerate(zip(sizes, sizes[1:]))
                  for part in (jax.random.normal(k[2 + i], (a, b), dtype) / a**0.5, jnp.zeros(b, dtype)))

        def loss(p):
            h = jax.nn.relu(x @ p[0] + p[1])
            h = jax.nn.relu(h @ p[2] + p[3])
            return -jnp.mean(jnp.sum(y * jax.nn.log_softmax(h @ p[4] + p[5]), 1))

        def one(_, state):
            p, m, v, t = state
            g, t = jax.grad(loss)(p), t + 1
            m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
            v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
            a, b = 1 - 0.9**t, 1 - 0.999**t
            p = jax.tree.map(lambda p, m, v: p - 0.001 * (m / a) / (jnp.sqrt(v / b) + 1e-8), p, m, v)
            return p, m, v, t

        zero = jax.tree.map(jnp.zeros_like, p)
        many = jax.jit(lambda s, n: jax.lax.fori_loop(0, n, one, s))
        state = (p, zero, zero, jnp.zeros((), dtype))
        many(state, 1)
        return lambda n: jax.block_until_ready(many(state, n))

    def mixture(dtype):
        k = jax.random.split(jax.random.PRNGKey(3), 5)
        draw = lambda i, shape, f=1.0: f * jax.random.normal(k[i], shape, dtype)
        x = draw(0, (10000, 10))
        p = (draw(1, (50,), 0.1), draw(2, (50, 10), 0.1), draw(3, (50, 10), 0.1), draw(4, (50, 10, 10), 0.1))

        def loss(p):
            alphas, mu, q, low = p
            Q = jnp.tril(low, -1) + jax.vmap(jnp.diag)(jnp.exp(q))
            d = x[None] - mu[:, None]
            s = jnp.sum((d @ jnp.swapaxes(Q, 1, 2)) ** 2, 2)
            inner = (alphas + q.sum(1))[:, None] - 0.5 * s
            lse = jax.nn.logsumexp
            return (-lse(inner, 0).sum() + 10000 * lse(alphas) - 0.5 * (jnp.exp(q) ** 2).sum()
                    - 0.5 * (jnp.tril(low, -1) ** 2).sum() + q.sum())

        many = jax.jit(lambda p, n: jax.lax.fori_loop(
            0, n, lambda _, p: jax.tree.map(lambda w, g: w - 1e-9 * g, p, jax.grad(loss)(p)), p))
        many(p, 1)
        return lambda n: jax.block_until_ready(many(p, n))

    def lstm(dtype):
        k = jax.random.split(jax.random.PRNGKey(3), 3)
        x = jax.random.normal(k[0], (50, 32, 32), dtype)
        p = (jax.random.normal(k[1], (32, 256), dtype) / 6, jax.random.normal(k[2], (64, 256), dtype) / 8, jnp.zeros(256, dtype))

        def loss(p):
            zx = x @ p[0] + p[2]

            def cell(state, z):
                h, c = state
                i, f, g, o = jnp.split(z + h @ p[1], 4, 1)
                c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
                h = jax.nn.sigmoid(o) * jnp.tanh(c)
                return (h, c), h

            zero = jnp.zeros((32, 64), dtype)
            return jnp.mean(jax.lax.scan(cell, (zero, zero), zx)[1] ** 2)

        many = jax.jit(lambda p, n: jax.lax.fori_loop(
            0, n, lambda _, p: jax.tree.map(lambda w, g: w - 0.01 * g, p, jax.grad(loss)(p)), p))
        many(p, 1)
        return lambda n: jax.block_until_ready(many(p, n))

    def asked(f, *args):
        f = jax.jit(f)
        jax.block_until_ready(f(*args))
        return lambda: jax.block_until_ready(f(*args))

    def forward(rows):
        def make(dtype):
            k = jax.random.split(jax.random.PRNGKey(3), 4)
            sizes = [784, 128, 64, 10]
            p = [(jax.random.normal(k[i], (a, b), dtype) / a**0.5, jnp.zeros(b, dtype))
                 for i, (a, b) in enumerate(zip(sizes, sizes[1:]))]

            def net(p, x):
                for w, b in p[:-1]:
                    x = jax.nn.relu(x @ w + b)
                return jax.nn.softmax(x @ p[-1][0] + p[-1][1])

            return asked(net, p, jax.random.uniform(k[3], (rows, 784), dtype))

        return make

    def elementwise(dtype):
        return asked(lambda x: jnp.tanh(jax.nn.sigmoid(x) * x), jax.random.normal(jax.random.PRNGKey(3), (10_000_000,), dtype))

    def logistic(dtype):
        k = jax.random.split(jax.random.PRNGKey(3), 4)
        x, y = jax.random.normal(k[0], (1000, 100), dtype), (jax.random.normal(k[1], (1000,)) > 0).astype(dtype)
        w, v = 0.1 * jax.random.normal(k[2], (100,), dtype), jax.random.normal(k[3], (100,), dtype)

        def loss(w, x, y):
            z = x @ w
            return jnp.mean(jax.nn.softplus(z) - y * z)

        return loss, w, v, x, y

    def hessian(dtype):
        loss, w, _, x, y = logistic(dtype)
        return asked(jax.hessian(loss), w, x, y)

    def hvp(dtype):
        loss, w, v, x, y = logistic(dtype)
        return asked(lambda w, v, x, y: jax.jvp(lambda w: jax.grad(loss)(w, x, y), (w,), (v,))[1], w, v, x, y)

    for work in (planar, mlp_adam, mixture, lstm):
        work.many = True
    works = {"planar": planar, "mlp_adam": mlp_adam, "mixture": mixture, "lstm": lstm, "forward1": forward(1),
             "forward64": forward(64), "elementwise": elementwise, "hessian": hessian, "hvp": hvp}
    return works, {"f64": jnp.float64, "f32": jnp.float32}


def onnx_steps():
    import numpy as np
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    def forward(rows):
        def make(dtype):
            g, kind = np.random.default_rng(3), helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
            sizes, nodes, given, at = [784, 128, 64, 10], [], [], "x"
            for i, (a, b) in enumerate(zip(sizes, sizes[1:])):
                given += [numpy_helper.from_array((g.standard_normal((a, b)) / a**0.5).astype(dtype), f"w{i}"),
                          numpy_helper.from_array(np.zeros(b, dtype), f"b{i}")]
                nodes += [helper.make_node("Gemm", [at, f"w{i}", f"b{i}"], [f"z{i}"]),
                          helper.make_node("Relu" if i < 2 else "Softmax", [f"z{i}"], [f"a{i}"])]
                at = f"a{i}"
            graph = helper.make_graph(
                nodes, "net", [helper.make_tensor_value_info("x", kind, [rows, 784])],
                [helper.make_tensor_value_info(at, kind, [rows, 10])], given)
            model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = 1
            session = onnxruntime.InferenceSession(model.SerializeToString(), options)
            x = g.random((rows, 784)).astype(dtype)
            return lambda: session.run(None, {"x": x})

        return make

    return {"forward1": forward(1), "forward64": forward(64)}, {"f64": np.float64, "f32": np.float32}


def scalar_graph(count):
    """A graph of numbers: for each node its operator and its arguments, the first ten parameters; all of it is used."""
    import random

    draw, nodes, unused = random.Random(3), [], list(range(10))
    for at in range(10, count):
        # Products of what lies between -1 and 1: neither values nor derivatives grow without bound.
        kind = draw.choice(["mul", "sin", "tanh", "mul"])
        first = unused.pop(0) if len(unused) > 12 else draw.randrange(max(0, at - 60), at)
        second = draw.randrange(max(0, at - 60), at)
        nodes.append((kind, first, second))
        unused = [i for i in unused if i not in (first, second)] + [at]
    return nodes, unused


def scalar_text(count):
    nodes, unused = scalar_graph(count)
    forms = {"mul": "v{}*v{}", "sin": "sin(v{})", "tanh": "tanh(v{})"}
    lines = [f"param v{i} = {0.5 + 0.05 * i}" for i in range(10)]
    lines += [f"v{i + 10} = " + forms[kind].format(a, b) for i, (kind, a, b) in enumerate(nodes)]
    return "\n".join(lines + ["J = " + " + ".join(f"v{i}" for i in unused), "step J by 1e-9 TIMES times", ""])


def casadi_steps():
    import casadi
    import numpy as np

    def scalars(count):
        def make(_):
            nodes, unused = scalar_graph(count)
            p = casadi.SX.sym("p", 10)
            v = [p[i] for i in range(10)]
            for kind, a, b in nodes:
                v.append(v[a] * v[b] if kind == "mul" else {"sin": casadi.sin, "tanh": casadi.tanh}[kind](v[a]))
            J = sum(v[i] for i in unused)
            buffer, run = casadi.Function("f", [p], [J, casadi.gradient(J, p)]).buffer()
            held = [np.array([0.5 + 0.05 * i for i in range(10)]), np.zeros(1), np.zeros(10)]
            buffer.set_arg(0, memoryview(held[0]))
            buffer.set_res(0, memoryview(held[1]))
            buffer.set_res(1, memoryview(held[2]))

            def step(held=held, buffer=buffer):
                run()

            return step

        return make

    return {"scalars3": scalars(1000), "scalars4": scalars(10000)}, {"f64": None}


def seconds(step, count, many):
    start = time.perf_counter()
    if many:
        step(count)
    else:
        for _ in range(count):
            step()
    return (time.perf_counter() - start) / count


def run(program, text, precision, *more):
    done = subprocess.run(
        [program, "run", "-", "-q", "--precision", precision, "--memory-limit", "8GiB", *more],
        input=text, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return done


def nnlang(program, text, count, precision):
    """Seconds of so many steps and two, and of two."""
    times = [text.replace("TIMES", str(n)) for n in (count + 2, 2)]
    return [json.loads(run(program, text, precision, "--timings", "json").stderr.splitlines()[-1])["run_s"] for text in times]


def timed(program, text, statement, precision):
    """Seconds of one run, as `time` measures them."""
    lines = run(program, text, precision, "--format", "json").stdout.splitlines()
    answers = [json.loads(line) for line in lines if line.startswith("{")]
    return next(answer["min_s"] for answer in answers if answer.get("statement") == statement)


# How many steps, or the statement that is timed.
WORK = {
    "logistic": 60, "planar": 3000, "mlp": 100, "mlp_adam": 100, "conv": 30, "lstm": 30, "deep": 40, "mixture": 3,
    "scalars3": 3000, "scalars4": 300, "forward1": "time p", "forward64": "time p", "elementwise": "time a",
    "hessian": "time H", "hvp": "time p",
}


def text_of(work, folder):
    if work.startswith("scalars"):
        return scalar_text(10 ** int(work[-1]))
    name = {"forward1": "forward", "forward64": "forward", "hvp": "hessian"}.get(work, work)
    return (folder / f"{name}.nnl").read_text().replace("ROWS", work.removeprefix("forward"))


def main():
    program, asked = sys.argv[1], sys.argv[2:] or list(WORK)
    folder = pathlib.Path(__file__).parent.parent / "work"
    peers = []
    for name, make in [("NumPy", numpy_steps), ("PyTorch", torch_steps), ("JAX", jax_steps), ("onnxruntime", onnx_steps),
                       ("CasADi", casadi_steps)]:
        try:
            peers.append((name, *make()))
        except ImportError:
            print(f"{name} is not installed")
    print(f"{'work':12} {'':4} {'nnlang us':>10}   the peers' time over nnlang's")
    for work in asked:
        text, count = text_of(work, folder), WORK[work]
        for precision in ("f64", "f32"):
            steps = [(name, works[work](kinds[precision]), getattr(works[work], "many", False))
                     for name, works, kinds in peers if work in works and precision in kinds]
            own, others = [[], []], {name: [] for name, *_ in steps}
            repeat = count if isinstance(count, int) else {"elementwise": 3, "hessian": 100}.get(work, 1000)
            for _ in range(ROUNDS):
                if isinstance(count, int):
                    for runs, spent in zip(own, nnlang(program, text, count, precision)):
                        runs.append(spent)
                else:
                    own[0].append(timed(program, text, count, precision))
                for name, step, many in steps:
                    others[name].append(seconds(step, repeat, many))
            # What is evaluated before and after the steps cancels.
            step = (min(own[0]) - min(own[1])) / count if isinstance(count, int) else min(own[0])
            ratios = "   ".join(f"{name} {min(all) / step:.2f}" for name, all in others.items())
            print(f"{work:12} {precision:4} {step * 1e6:10.1f}   {ratios}", flush=True)


if __name__ == "__main__":
    main()
