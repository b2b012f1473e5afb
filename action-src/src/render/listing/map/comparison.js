// What changed since an earlier report: a file with what `imports --format json` printed.

function reportsIn(text) {
  const reports = text.split('\n').filter((line) => line.trim()).map((line) => JSON.parse(line));
  const known = (report) =>
    report.schema === 'wasm-import-guard/imports/1' && Array.isArray(report.imports);
  if (reports.length === 0 || !reports.every(known)) throw new Error('another schema');
  return reports;
}

// The present rows, marked, and those that are gone.
function compared(now, before) {
  const had = new Set(before.map((row) => row.identity));
  const has = new Set(now.map((row) => row.identity));
  return [
    ...now.map((row) => ({ ...row, change: had.has(row.identity) ? 'same' : 'added' })),
    ...before.filter((row) => !has.has(row.identity)).map((row) => ({ ...row, change: 'removed' })),
  ];
}
