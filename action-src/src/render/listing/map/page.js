// Puts the parts together.

const reports = JSON.parse(element('data').textContent);
const present = rowsOf(reports);
let rows = present;

function show() {
  const chosen = chosenRows(rows);
  element('shown').textContent = `${chosen.length} of ${rows.length} imports shown`;
  drawPicture(chosen, choose);
  drawTable(chosen);
}

function choose(node) {
  if (node.column === 0) element('package').value = node.key;
  else element('module').value = node.rows[0].module;
  if (node.column === 2 && node.rows.length === 1) element('search').value = node.rows[0].name;
  show();
}

async function compare(file) {
  try {
    rows = file ? compared(present, rowsOf(reportsIn(await file.text()))) : present;
    element('change').disabled = !file;
    offerChoices(rows);
    show();
  } catch {
    element('shown').textContent =
      'This file cannot be compared with: it is not what `cargo wasm-import-guard imports --format json` printed.';
  }
}

function judges({ rustc, considered }) {
  return `rustc ${visible(considered.length ? considered.join(', ') : rustc)}`;
}

element('summary').textContent = reports
  .map((report) => `${visible(report.target)}, ${judges(report)}: ${report.imports.length} imports` +
    (report.opaque.length ? `, places that cannot be read: ${report.opaque.length}` : ''))
  .join(' · ');
element('filters').addEventListener('submit', (event) => event.preventDefault());
element('filters').addEventListener('reset', () => setTimeout(() => compare(null)));
for (const field of Object.keys(FIELDS)) element(field).addEventListener('change', show);
element('search').addEventListener('input', show);
element('earlier').addEventListener('change', (event) => compare(event.target.files[0]));
offerChoices(rows);
show();
