// Opens a page that `imports --format html` printed in a browser, and uses it as people do:
//
//   node tests/browser/map.mjs PAGE IMPORTS CHECK [SCREENSHOT-PREFIX]
//
// IMPORTS and CHECK are what `imports --format json` and `check --format json` print of the same project: what
// the page must show is counted there. `tests/browser/setup` puts playwright-core where it is looked for; the
// browser is $CHROMIUM, else a chromium, else a Google Chrome.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [page, importsFile, checkFile, prefix] = process.argv.slice(2);
const lines = (file) => readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
const reports = lines(importsFile);
const imports = reports.flatMap((one) => one.imports.map((it) => ({ ...it, target: one.target })));
const findings = lines(checkFile).flatMap((one) => one.findings.map((it) => ({ ...it, target: one.target })));
const placeOf = (it) => JSON.stringify([it.package, it.version, it.file, it.line, it.module, it.name]);
const rulesOf = (one) =>
  findings.filter((it) => it.target === one.target && placeOf(it) === placeOf(one)).map((it) => it.rule);

const tools = path.join(import.meta.dirname, '../../.wasm-toolchain/browser/');
const { chromium } = createRequire(tools)('playwright-core');
const programs = ['/usr/bin/chromium', '/usr/bin/google-chrome'];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || programs.find((it) => existsSync(it)),
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
  const tab = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const said = [];
  tab.on('console', (message) => said.push(message.text()));
  tab.on('pageerror', (error) => said.push(String(error)));
  tab.on('dialog', (dialog) => { said.push(dialog.message()); dialog.dismiss(); });
  const requests = [];
  tab.on('request', (request) => requests.push(request.url()));

  const start = performance.now();
  await tab.goto(pathToFileURL(page).href);
  await tab.locator('#picture svg').waitFor();
  console.log(`${imports.length} imports loaded and drawn in ${Math.round(performance.now() - start)} ms`);
  const expect = async (count, of = imports.length) =>
    assert.equal(await tab.locator('#shown').textContent(), `${count} of ${of} imports shown`);
  await expect(imports.length);
  // The page's text is text: it has no element but its own.
  const foreign = 'a, iframe, img, object, embed, link, base, form form, #picture :not(svg, g, rect, path, text, tspan, title), td :not(span)';
  assert.equal(await tab.locator(foreign).count(), 0);
  assert.equal(await tab.locator('script').count(), 2);
  for (const scheme of ['light', 'dark']) {
    await tab.emulateMedia({ colorScheme: scheme });
    if (prefix) await tab.screenshot({ path: `${prefix}-${scheme}.png` });
  }
  await tab.emulateMedia({ media: 'print' });
  assert.equal(await tab.locator('#filters').isVisible(), false);
  assert.equal(await tab.locator('table').isVisible(), true);
  await tab.emulateMedia({ media: 'screen' });

  const counts = (values) => {
    const all = new Map();
    for (const value of values) all.set(value, (all.get(value) ?? 0) + 1);
    return [...all.values()].sort((a, b) => a - b);
  };
  const filters = {
    target: (it) => [it.target],
    package: (it) => [`${it.package} ${it.version}`],
    module: (it) => [it.module],
    certainty: (it) => [it.certainty],
    rule: (it) => [...new Set(rulesOf(it))],
  };
  for (const [field, values] of Object.entries(filters)) {
    const select = tab.locator(`#${field}`);
    const shown = [];
    const options = await select.locator('option').count();
    for (let index = 1; index < options; index += 1) {
      await select.selectOption({ index });
      shown.push(Number.parseInt(await tab.locator('#shown').textContent(), 10));
      const rows = Math.min(shown.at(-1), 200);
      assert.equal(await tab.locator('#rows tr').count(), rows);
    }
    assert.deepEqual(shown.sort((a, b) => a - b), counts(imports.flatMap(values)), field);
    await tab.locator('button[type=reset]').click();
    await tab.locator('#shown', { hasText: new RegExp(`^${imports.length} of`) }).waitFor();
  }

  const { name } = imports.at(-1);
  if (/^\w+$/.test(name)) {
    const has = (it) => [`${it.package} ${it.version}`, it.module ?? '(no module)', it.name, it.signature, it.file]
      .some((text) => text.toLowerCase().includes(name.toLowerCase()));
    await tab.locator('#search').fill(name);
    await expect(imports.filter(has).length);
  }
  const began = performance.now();
  await tab.locator('#search').fill('no such import');
  await expect(0);
  console.log(`searched in ${Math.round(performance.now() - began)} ms`);
  assert.equal(await tab.locator('#rows tr').count(), 0);
  await tab.locator('#search').fill('');

  // The path from the root, for the pointer and for the keyboard; Enter filters.
  const first = tab.locator('.node').first();
  const paths = imports.map((it) => it.path.at(-1));
  for (const reach of [() => first.locator('rect').first().hover(), () => first.focus()]) {
    await reach();
    const shown = await tab.locator('#path').textContent();
    if (/^[\w. -]+$/.test(paths[0])) assert.ok(paths.some((it) => shown.includes(it)), shown);
    else assert.notEqual(shown, '');
    assert.ok((await tab.locator('.flow.on').count()) > 0);
    await first.blur();
    await tab.mouse.move(0, 0);
  }
  await first.focus();
  await tab.keyboard.press('Enter');
  assert.notEqual(await tab.locator('#package').inputValue(), '');
  await tab.locator('button[type=reset]').click();
  await tab.locator('#shown', { hasText: new RegExp(`^${imports.length} of`) }).waitFor();

  // An earlier report that lacks the last import, and has one that is gone.
  const [report] = reports;
  const gone = { ...report.imports[0], name: 'gone' };
  const earlier = { ...report, imports: [...report.imports.slice(0, -1), gone] };
  const after = reports.slice(1).map((it) => JSON.stringify(it));
  const choose = (text) => tab.locator('#earlier').setInputFiles({
    name: 'earlier.json', mimeType: 'application/json', buffer: Buffer.from(text),
  });
  await choose([JSON.stringify(earlier), ...after].join('\n'));
  await tab.locator('#change:not([disabled])').waitFor();
  for (const change of ['added', 'removed']) {
    await tab.locator('#change').selectOption(change);
    await expect(1, imports.length + 1);
    assert.equal(await tab.locator(`#rows td.${change}`).count(), 1);
  }
  await choose('{"schema":"another"}');
  await tab.locator('#shown', { hasText: 'cannot be compared' }).waitFor();

  assert.deepEqual(said, []);
  assert.equal(requests.length, 1, requests.join(' '));
} finally {
  await browser.close();
}
