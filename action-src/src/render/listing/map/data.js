// What the page shows: a row for each import of each target, with the findings that concern it.

const NO_MODULE = '(no module)';
const LEVELS = ['note', 'warn', 'deny'];

// Characters that no one sees, or that reorder what one sees, are shown by their number.
function visible(text) {
  return text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (c) => `\\u{${c.codePointAt(0).toString(16)}}`,
  );
}

function placeKey(entry) {
  return JSON.stringify([entry.package, entry.version, entry.file, entry.line, entry.module, entry.name]);
}

function rowsOf(reports) {
  const rows = [];
  for (const report of reports) {
    const findings = new Map();
    for (const finding of report.findings ?? []) {
      const key = placeKey(finding);
      if (!findings.has(key)) findings.set(key, []);
      findings.get(key).push(finding);
    }
    for (const entry of report.imports) rows.push(row(entry, report.target, findings));
  }
  return rows;
}

function row(entry, target, findings) {
  const found = findings.get(placeKey(entry)) ?? [];
  const level = Math.max(-1, ...found.map((finding) => LEVELS.indexOf(finding.level)));
  const exposure = entry.exposure === 'exposed' ? 'exposed' : 'kept';
  const one = {
    target,
    package: visible(`${entry.package} ${entry.version}`),
    module: entry.module === null ? NO_MODULE : visible(JSON.stringify(entry.module)),
    name: visible(entry.name),
    signature: visible(entry.signature),
    place: visible(`${entry.file}:${entry.line}:${entry.column}`),
    exposure: entry.exposure,
    certainty: entry.certainty,
    path: entry.path.map(visible),
    findings: found.map(({ rule, level }) => ({ rule, level })),
    mark: level > 0 ? LEVELS[level] : exposure,
    change: '',
    // A change of line, or of the package's version, is no other import.
    identity: JSON.stringify([target, entry.package, entry.module, entry.name, entry.signature]),
  };
  one.text = [one.package, one.module, one.name, one.signature, one.place].join('\n').toLowerCase();
  return one;
}
