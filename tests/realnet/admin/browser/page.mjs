// What the browser cases share: Debian's Chromium, one page, and the errors that it reports.
// The environment says where the parts are: SONDA_CHROMIUM (program), SONDA_BROWSER_MODULES (a
// folder with node_modules in it).
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const require = createRequire(`${process.env.SONDA_BROWSER_MODULES}/`);
const { chromium } = require('playwright-core');

// No sandbox: tests run as root, on a page of our own. The rest keeps it from the network.
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync',
  '--disable-background-networking', '--disable-component-update', '--disable-extensions'];

export const DEADLINE_MS = 30000;

/** Opens the page at `url`, calls `work(page, errors)`, closes the browser, whatever happens. */
export async function withPage(url, options, work) {
  const profile = mkdtempSync(path.join(tmpdir(), 'sonda-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.SONDA_CHROMIUM,
    headless: true,
    args: FLAGS,
    ...options,
  });
  const errors = [];
  try {
    const page = context.pages()[0] ?? await context.newPage();
    page.setDefaultTimeout(DEADLINE_MS);
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') {
        errors.push(`${message.type()}: ${message.text()} (${message.location().url})`);
      }
    });
    page.on('pageerror', (error) => errors.push(`exception: ${error.stack}`));
    await page.goto(url);
    await work(page, errors);
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

/** Waits until the page says this of its connection. */
export async function waitCondition(page, word) {
  await page.waitForFunction((wanted) => document.body.dataset.condition === wanted, word);
}

/** Waits until it has the figures of so many windows. */
export async function waitWindows(page, count) {
  await page.waitForFunction((least) => Number(document.body.dataset.windows ?? 0) >= least, count);
}

export function check(condition, text) {
  if (!condition) {
    throw new Error(`not so: ${text}`);
  }
}
