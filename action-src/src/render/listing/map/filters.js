// Which rows are shown.

const FIELDS = {
  target: (row) => [row.target],
  package: (row) => [row.package],
  module: (row) => [row.module],
  rule: (row) => row.findings.map((finding) => finding.rule),
  certainty: (row) => [row.certainty],
  change: (row) => (row.change ? [row.change] : []),
};

function element(id) {
  return document.getElementById(id);
}

function offerChoices(rows) {
  for (const [field, values] of Object.entries(FIELDS)) {
    const select = element(field);
    const chosen = select.value;
    const all = new Option('all', '');
    const options = [...new Set(rows.flatMap(values))].sort();
    select.replaceChildren(all, ...options.map((value) => new Option(value, value)));
    select.value = options.includes(chosen) ? chosen : '';
  }
}

function chosenRows(rows) {
  const words = element('search').value.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = Object.entries(FIELDS)
    .map(([field, values]) => [element(field).value, values])
    .filter(([value]) => value !== '');
  return rows.filter(
    (row) =>
      wanted.every(([value, values]) => values(row).includes(value)) &&
      words.every((word) => row.text.includes(word)),
  );
}
