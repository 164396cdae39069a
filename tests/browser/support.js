// A page over a program: `nnlang open` in a folder of its own, and Chromium that opens it.

import { chromium } from "playwright-core";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import assert from "node:assert/strict";

const program = resolve(process.env.NNLANG ?? "../../target/debug/nnlang");

let browser;
export async function start() {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
}
export async function end() {
  await browser?.close();
}

/** Serves a program, opens it, does `work`, and looks whether anything was wrong on the way. */
export async function opened(text, work, view = {}) {
  const folder = mkdtempSync(join(tmpdir(), "nnlang-page-"));
  const file = join(folder, "notes.nnl");
  writeFileSync(file, text);
  const server = spawn(program, ["open", "--no-browser", "notes.nnl"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const address = await new Promise((resolve, reject) => {
    let said = "";
    server.stdout.on("data", (data) => {
      said += data;
      const found = /http:\S+/.exec(said);
      if (found) resolve(found[0]);
    });
    server.on("exit", () => reject(new Error(`nnlang ended: ${said}`)));
  });
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...view });
  const wrong = [];
  const host = new URL(address).host;
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (url.host !== host && !["data:", "blob:"].includes(url.protocol)) wrong.push(`a request elsewhere: ${request.url()}`);
  });
  const visit = async () => {
    const page = await context.newPage();
    page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
    page.on("pageerror", (error) => wrong.push(error.message));
    await page.goto(address);
    await page.waitForFunction(() => document.documentElement.dataset.ready);
    return page;
  };
  const stop = async () => {
    const ended = new Promise((resolve) => server.on("exit", resolve));
    server.kill("SIGINT");
    return ended;
  };
  try {
    const page = await visit();
    await work(page, { visit, stop, wrong, folder, read: () => readFileSync(file, "utf8"), write: (text) => writeFileSync(file, text) });
    assert.deepEqual(wrong, []);
  } finally {
    await context.close();
    if (server.exitCode === null) await stop();
    rmSync(folder, { recursive: true });
  }
}

/** Runs the program: what it prints. */
export function run(...args) {
  const ran = spawnSync(program, args, { encoding: "utf8" });
  return { out: ran.stdout, wrong: ran.stderr, status: ran.status };
}

/** Opens a report from its file, with the network off. */
export async function reported(text, work) {
  const folder = mkdtempSync(join(tmpdir(), "nnlang-report-"));
  const file = join(folder, "notes.nnl");
  writeFileSync(file, text);
  const made = run("report", file, "-o", join(folder, "report.html"));
  assert.equal(made.status, 0, made.wrong);
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, offline: true });
  const wrong = [];
  context.on("request", (request) => request.url().startsWith("file:") || wrong.push(request.url()));
  try {
    const page = await context.newPage();
    page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
    page.on("pageerror", (error) => wrong.push(error.message));
    await page.goto(`file://${join(folder, "report.html")}`);
    await page.waitForFunction(() => document.documentElement.dataset.ready);
    await work(page, file);
    assert.deepEqual(wrong, []);
  } finally {
    await context.close();
    rmSync(folder, { recursive: true });
  }
}

/** What stands beside a line. */
export function beside(page, line) {
  return page.evaluate((line) => {
    const height = parseFloat(getComputedStyle(document.querySelector("#colours")).lineHeight);
    const rows = [...document.querySelectorAll("#notes .beside")];
    const own = rows.find((row) => Math.abs(parseFloat(row.style.top) - (line - 1) * height) < height / 2);
    return own?.innerText.replace(/\s+/g, " ").trim() ?? "";
  }, line);
}

/** Waits until it is so. */
export async function until(page, what, ...args) {
  await page.waitForFunction(what, args.length === 1 ? args[0] : args, { timeout: 10000 });
}

/** Types over a line. */
export async function retype(page, line, words) {
  await page.evaluate((line) => {
    const text = document.querySelector("#text");
    const lines = text.value.split("\n");
    const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    text.focus();
    text.setSelectionRange(start, start + lines[line - 1].length);
  }, line);
  await page.keyboard.type(words);
}
