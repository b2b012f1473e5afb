// The same rows as a table, some at a time.

const ROWS_AT_A_TIME = 200;

function drawTable(rows) {
  const body = element('rows');
  const more = element('more');
  body.replaceChildren();
  const add = () => {
    const from = body.childElementCount;
    body.append(...rows.slice(from, from + ROWS_AT_A_TIME).map(tableRow));
    more.hidden = body.childElementCount >= rows.length;
  };
  more.onclick = add;
  add();
}

function tableRow(row) {
  const line = document.createElement('tr');
  const fields = ['package', 'module', 'name', 'signature', 'place', 'exposure', 'certainty'];
  for (const field of fields) line.insertCell().append(row[field]);
  const findings = line.insertCell();
  for (const { rule, level } of row.findings) {
    const mark = document.createElement('span');
    mark.className = level;
    mark.append(`${level}: ${rule} `);
    findings.append(mark);
  }
  const change = line.insertCell();
  change.className = row.change;
  change.append(row.change);
  line.title = row.path.join(' → ');
  return line;
}
