// Opens a page that `imports --format html` printed in a browser, and uses it:
//
//   node tests/browser/map.mjs PAGE [SCREENSHOT-PREFIX]
//
// playwright-core is looked for in .wasm-toolchain/browser; the browser is $CHROMIUM, else Debian's.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [page, prefix] = process.argv.slice(2);
const tools = path.join(import.meta.dirname, '../../.wasm-toolchain/browser/');
const { chromium } = createRequire(tools)('playwright-core');
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
  const tab = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const said = [];
  tab.on('console', (message) => said.push(message.text()));
  tab.on('pageerror', (error) => said.push(String(error)));
  const requests = [];
  tab.on('request', (request) => requests.push(request.url()));
  const start = performance.now();
  await tab.goto(pathToFileURL(page).href);
  await tab.locator('#picture svg').waitFor();
  console.log(`loaded and drawn in ${Math.round(performance.now() - start)} ms`);
  const imports = JSON.parse(await tab.locator('#data').textContent()).flatMap((one) => one.imports);
  const shown = () => tab.locator('#shown').textContent();
  assert.equal(await shown(), `${imports.length} of ${imports.length} imports shown`);
  for (const [theme, scheme] of [['light', 'light'], ['dark', 'dark']]) {
    await tab.emulateMedia({ colorScheme: scheme });
    if (prefix) await tab.screenshot({ path: `${prefix}-${theme}.png` });
  }

  const { package: name, version } = imports[0];
  await tab.locator('#package').selectOption(`${name} ${version}`);
  const ofPackage = imports.filter((one) => one.package === name && one.version === version).length;
  assert.equal(await shown(), `${ofPackage} of ${imports.length} imports shown`);
  await tab.locator('button[type=reset]').click();
  await tab.locator('#shown', { hasText: `${imports.length} of` }).waitFor();

  const began = performance.now();
  await tab.locator('#search').fill('no such import');
  assert.equal(await shown(), `0 of ${imports.length} imports shown`);
  console.log(`searched in ${Math.round(performance.now() - began)} ms`);
  assert.equal(await tab.locator('#rows tr').count(), 0);
  await tab.locator('#search').fill('');

  await tab.locator('.node').first().focus();
  assert.notEqual(await tab.locator('#path').textContent(), '');
  await tab.keyboard.press('Enter');
  assert.notEqual(await tab.locator('#package').inputValue(), '');

  const earlier = { ...JSON.parse(await tab.locator('#data').textContent())[0], imports: [] };
  await tab.locator('#earlier').setInputFiles({
    name: 'earlier.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(earlier)),
  });
  await tab.locator('#change:not([disabled])').waitFor();
  assert.equal(await tab.locator('#rows td.added').first().textContent(), 'added');
  assert.deepEqual(said, []);
  assert.equal(requests.length, 1, requests.join(' '));
} finally {
  await browser.close();
}
