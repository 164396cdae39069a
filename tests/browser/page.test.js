// What somebody does on the page, in a real browser.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { beside, end, opened, reported, retype, run, start, until } from "./support.js";

const NOTES = "a = 5\nb = 3\nc = 2\n\nu = b*c\nv = a + u\nJ = 3v\n\nJ\nderive dJ/db\n";
const NETWORK = `x = [[0, 0, 1, 1], [0, 1, 0, 1]]
y = [[0, 1, 1, 1]]
param w : [2, 1] = [[0.1], [-0.2]]
param b : [] = 0
a = sigmoid(w' @ x + b)
J = mean(bce(a, y))
`;

before(start);
after(end);

const text = (page) => page.locator("#text").inputValue();

test("the slider of a moves J to 36 beside its line, in the answer, in the graph", async () => {
  await opened(NOTES, async (page, { read }) => {
    assert.equal(await beside(page, 7), "33");
    assert.match(await beside(page, 1), /dJ\/da = 3/);
    const slider = page.getByRole("slider", { name: "a", exact: true });
    await slider.focus();
    for (let i = 0; i < 10; i += 1) await page.keyboard.press("ArrowRight");
    await until(page, () => document.querySelector("#text").value.startsWith("a = 6\n"));
    await until(page, () => [...document.querySelectorAll("#notes output")].some((own) => own.textContent === "36"));
    assert.equal(await beside(page, 7), "36");
    assert.equal(await beside(page, 9), "J = 36");
    assert.equal(await page.locator('#graph [data-node="J"] .value').textContent(), "36");
    assert.equal(read(), NOTES);
    await page.keyboard.press("Control+z");
    await until(page, () => document.querySelector("#text").value.startsWith("a = 5\n"));
    assert.equal(await beside(page, 9), "J = 33");
  });
});

test("a mistake is explained at its line, its mend is a button, and undo takes both back", async () => {
  await opened(NOTES, async (page) => {
    await retype(page, 6, "v = a + uu");
    await until(page, () => document.querySelector(".matter.error button.mend"));
    assert.match(await beside(page, 6), /uu/);
    // What does not stand on it is answered.
    assert.match(await beside(page, 5), /^6/);
    await page.locator("button.mend").first().click();
    await until(page, () => document.querySelector("#text").value.includes("v = a + u\n"));
    await until(page, () => !document.querySelector(".matter.error"));
    assert.equal(await beside(page, 9), "J = 33");
    await page.locator("#undo").click();
    await until(page, () => document.querySelector("#text").value.includes("v = a + uu\n"));
    await page.locator("#undo").click();
    await until(page, () => document.querySelector("#text").value.includes("v = a + u\n"));
    assert.equal(await text(page), NOTES);
  });
});

test("a derivative explains itself, a formula is mathematics, a name lights its paths", async () => {
  await opened(NOTES, async (page) => {
    assert.ok(await page.locator("#notes math mfrac").count());
    await page.getByRole("button", { name: "dJ/db = 6", exact: true }).click();
    await until(page, () => document.querySelector("#reply")?.textContent.includes("b → u → v → J"));
    await page.evaluate(() => {
      const text = document.querySelector("#text");
      text.focus();
      text.setSelectionRange(text.value.indexOf("u ="), text.value.indexOf("u ="));
    });
    await until(page, () => document.querySelector("#about")?.textContent.includes("b*c"));
    const lit = await page.locator("#graph button.lit").allTextContents();
    assert.deepEqual(lit, ["J", "v", "u", "c", "b"]);
  });
});

test("a matrix is a grid of cells, and a step is taken, taken back, run and stopped", async () => {
  await opened(NETWORK, async (page) => {
    const cell = page.getByRole("spinbutton", { name: "w[0, 0]" });
    await cell.fill("0.5");
    await until(page, () => document.querySelector("#text").value.includes("[[0.5], [-0.2]]"));
    await page.locator("#step").click();
    await until(page, () => document.querySelector("#text").value.endsWith("step J by 0.1\n"));
    await until(page, () => document.querySelector("#steps").textContent === "1 step");
    await page.locator("#back").click();
    await until(page, () => !document.querySelector("#text").value.includes("step"));
    await page.locator("#run").click();
    await until(page, () => document.querySelectorAll("#curve path").length === 1 && parseInt(document.querySelector("#steps").textContent) > 40);
    await page.locator("#run").click();
    await page.waitForTimeout(500);
    const stopped = await text(page);
    await page.waitForTimeout(500);
    assert.equal(await text(page), stopped);
    await page.locator("#undo").click();
    await until(page, () => !document.querySelector("#text").value.includes("step"));
  });
});

test("a training waits for its button, is shown on its way, and is stopped", async () => {
  const training = (epochs) => `${NETWORK}train J {\n    optimizer = sgd(lr = 0.5)\n    epochs = ${epochs}\n}\nJ\n`;
  await opened(training(300), async (page) => {
    assert.equal(await page.locator(".answer").count(), 0);
    await page.getByRole("button", { name: "Train" }).click();
    await until(page, () => /epoch \d+ of 300/.test(document.querySelector("#notes").textContent));
    await until(page, () => document.querySelectorAll("#notes .curve").length === 1);
    await until(page, () => document.querySelector("#notes").textContent.includes("epoch 300 of 300"));
    const goal = Number((await beside(page, 11)).replace("J = ", ""));
    assert.ok(goal < 0.3, String(goal));
    // Another text waits anew, and a long training is stopped.
    await retype(page, 9, "    epochs = 90000000");
    await until(page, () => document.querySelector("button.start")?.textContent === "Train");
    await page.getByRole("button", { name: "Train" }).click();
    await until(page, () => /epoch \d\d+ of 90000000/.test(document.querySelector("#notes").textContent));
    await page.getByRole("button", { name: "Stop" }).click();
    await until(page, () => document.querySelector("button.start")?.textContent === "Train again");
    await retype(page, 9, "    epochs = 90000000");
    await page.getByRole("button", { name: "Train" }).click();
    await retype(page, 3, "param w : [2, 1] = [[1], [1]]");
    await until(page, () => document.querySelector("button.start")?.textContent === "Train");
  });
});

test("the file changes on save alone, and another editor's change is taken in beside what is typed", async () => {
  await opened(NOTES, async (page, { read, write, visit }) => {
    await retype(page, 1, "a = 7");
    await until(page, () => document.querySelector("#saved").textContent === "not saved");
    assert.equal(read(), NOTES);
    write(NOTES.replace("3v", "2v"));
    await until(page, () => document.querySelector("#text").value.includes("J = 2v"));
    assert.match(await text(page), /^a = 7\n/);
    const other = await visit();
    assert.equal(await text(other), await text(page));
    await retype(other, 2, "b = 4");
    await until(page, () => document.querySelector("#text").value.includes("b = 4"));
    await page.keyboard.press("Control+s");
    await until(page, () => document.querySelector("#saved").textContent === "");
    assert.equal(read(), "a = 7\nb = 4\nc = 2\n\nu = b*c\nv = a + u\nJ = 2v\n\nJ\nderive dJ/db\n");
  });
});

test("a tab that is closed loses nothing, nor does the end of nnlang", async () => {
  await opened(NOTES, async (page, { visit, stop, folder, wrong }) => {
    await retype(page, 1, "a = 8");
    await page.close({ runBeforeUnload: true });
    const again = await visit();
    await until(again, () => document.querySelector("#text").value.startsWith("a = 8\n"));
    await stop();
    const { readFileSync } = await import("node:fs");
    assert.match(readFileSync(`${folder}/notes.nnl.unsaved`, "utf8"), /^a = 8\n/);
    await until(again, () => document.querySelector("#notice").textContent.length > 0);
    assert.match(await text(again), /^a = 8\n/);
    // The browser tells that nobody answers any more.
    wrong.splice(0, wrong.length, ...wrong.filter((words) => !/ERR_CONNECTION|ERR_INCOMPLETE/.test(words)));
  });
});

test("what is typed fast is all there, and every answer is that of the last text", async () => {
  await opened("", async (page) => {
    await page.locator("#text").focus();
    await page.keyboard.type("a = 2\nb = a^2\nJ = 3b\n\nJ\n");
    await until(page, () => document.querySelector("#notes")?.textContent.includes("J = 12"));
    assert.equal(await text(page), "a = 2\nb = a^2\nJ = 3b\n\nJ\n");
    await page.keyboard.type("2J\n");
    await until(page, () => document.querySelector("#notes")?.textContent.includes("= 24"));
  });
});

test("a report asks nobody, shows what the program answers, and its sliders give the program's numbers", async () => {
  const notes = `a = 5
b = 3
c = 0.25
z = a*b - exp(c)
s = sigmoid(z - 12)
q = sqrt(a^2 + b^2) + tanh(c)*log(a)
J = s*q + max(c, 0.5)^3
J
dJ/da
dJ/db
dJ/dz
derive dJ/dc
trace J
`;
  await reported(notes, async (page, file) => {
    const facts = (...args) => run("run", file, "--format", "json", ...args).out.trim().split("\n").map((line) => JSON.parse(line));
    assert.match(await beside(page, 8), /^J = /);
    assert.ok(await page.locator("#notes math").count());
    for (const a of [4.3, 0.5, 9]) {
      await page.getByRole("slider", { name: "a", exact: true }).evaluate((own, a) => {
        own.value = String(a);
        own.dispatchEvent(new Event("input"));
      }, a);
      const shown = await page.evaluate(() => document.querySelector("#text").value.split("\n")[0]);
      assert.equal(shown, `a = ${a}`);
      for (const line of [8, 9, 10, 11]) {
        const fact = facts("--set", `a=${a}`).find((own) => own.line === line);
        const words = run("run", file, "--set", `a=${a}`).out.split("\n").find((own) => own.startsWith(`${fact.name} = `));
        assert.equal(await beside(page, line), words);
      }
    }
    await page.getByRole("button", { name: "dJ/db" }).first().click();
    await until(page, () => document.querySelector("#reply").textContent.includes("dJ/db"));
    await page.getByRole("button", { name: "As it was" }).click();
    assert.match(await text(page), /^a = 5\n/);
  });
});

test("the interpreter of a report gives the program's numbers to 1e-12", async () => {
  const lines = ["x = 0.7", "y = -1.3", "w = 2.5"];
  const unary = "sigmoid tanh exp log1p softplus silu relu leaky_relu elu selu abs sqrt cbrt sin cos atan sinh cosh expm1 sign floor".split(" ");
  unary.forEach((name, i) => lines.push(`p${i} = ${name}(${["sqrt", "log1p"].includes(name) ? "w" : "x*y + 0.3w"})`));
  lines.push(`m = max(x, y) + min(x*w, y) + where(x > y, x^w, 2) + x/y + clip(w, 0, 1)`);
  lines.push(`J = ${unary.map((_, i) => `p${i}^2`).join(" + ")} + m`);
  await reported(`${lines.join("\n")}\n`, async (page, file) => {
    const script = `${file}.set.nnl`;
    const { writeFileSync } = await import("node:fs");
    for (const [x, y] of [[0.7, -1.3], [1.9, 0.4], [-0.2, 2.2]]) {
      const found = await page.evaluate(([x, y]) => globalThis.nnlang({ x, y }), [x, y]);
      const names = Object.keys(found.values);
      const slopes = ["x", "y", "w"];
      writeFileSync(script, `${lines.join("\n")}\n${names.join("\n")}\n${slopes.map((name) => `dJ/d${name}`).join("\n")}\n`);
      const told = run("run", script, "--format", "json", "--set", `x=${x}`, "--set", `y=${y}`).out.trim().split("\n").map((line) => JSON.parse(line));
      for (const fact of told) {
        const own = fact.name.startsWith("dJ/d") ? found.slopes[fact.name.slice(4)] : found.values[fact.name];
        // NaN and infinities are words to machines.
        if (typeof fact.value === "string") assert.equal(String(own).toLowerCase().replace("infinity", "inf"), fact.value, fact.name);
        else assert.ok(Math.abs(own - fact.value) <= 1e-12 * Math.max(1, Math.abs(fact.value)), `${fact.name}: ${own} and ${fact.value}`);
      }
    }
  });
});

for (const width of [400, 1200, 2000]) {
  test(`at ${width} pixels nothing stands outside the page`, async () => {
    const long = `${NOTES}trace J\nlong = a + b + c + u + v + J + a*b*c*u*v*J + a^2 + b^2 + c^2 + u^2 + v^2 + J^2 + a*b + b*c\n`;
    await opened(long, async (page) => {
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${wide} pixels`);
      assert.ok(await page.locator("#text").isVisible());
      assert.ok(await page.getByRole("slider", { name: "a", exact: true }).isVisible());
    }, { viewport: { width, height: 900 } });
  });
}
