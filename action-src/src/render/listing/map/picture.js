// The picture: packages, modules and names in three columns, flows as wide as their imports are many.

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 1200;
const COLUMN_AT = [0, 440, 840];
const BAR = 12;
const GAP = 6;
const LEAST = 17;
const TALLEST = 900;
// More names than these stand together under their module, until a filter leaves fewer.
const MOST_NAMES = 150;
const MARKS = ['kept', 'exposed', 'warn', 'deny'];

function svg(kind, attributes, ...children) {
  const node = document.createElementNS(SVG, kind);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function worse(one, other) {
  return MARKS.indexOf(one) > MARKS.indexOf(other) ? one : other;
}

function drawPicture(rows, choose) {
  const together = rows.length > MOST_NAMES;
  const columns = [new Map(), new Map(), new Map()];
  const flows = new Map();
  for (const row of rows) {
    const keys = [
      row.package,
      row.module,
      JSON.stringify(together ? [row.module] : [row.module, row.name]),
    ];
    const nodes = keys.map((key, column) => count(columns[column], key, row, () => ({ column, key })));
    nodes[2].label = together ? '' : row.name;
    for (const column of [0, 1]) {
      const [from, to] = [nodes[column], nodes[column + 1]];
      count(flows, JSON.stringify([column, from.key, to.key]), row, () => ({ from, to }));
    }
  }
  for (const node of columns[2].values()) {
    if (together) node.label = node.rows.length === 1 ? '1 import' : `${node.rows.length} imports`;
  }
  const height = place(columns, Math.min(LEAST, TALLEST / Math.max(rows.length, 1)));
  const picture = svg('svg', {
    viewBox: `0 0 ${WIDTH} ${height}`,
    role: 'group',
    'aria-label': 'Flows from packages to import modules and names',
  });
  const ribbons = [...flows.values()].sort((a, b) => a.from.y - b.from.y || a.to.y - b.to.y);
  picture.append(...ribbons.map(ribbon));
  for (const column of columns) {
    for (const node of column.values()) picture.append(bar(node, picture, ribbons, choose));
  }
  element('picture').replaceChildren(picture);
}

function count(map, key, row, make) {
  if (!map.has(key)) map.set(key, { ...make(), rows: [], mark: 'kept' });
  const one = map.get(key);
  one.rows.push(row);
  one.mark = worse(one.mark, row.mark);
  return one;
}

// Gives each node its place, beside what flows into it; returns the height of all.
function place(columns, unit) {
  let height = 0;
  for (const [index, column] of columns.entries()) {
    const nodes = [...column.values()];
    const origin = (node) =>
      index === 2 ? columns[1].get(node.rows[0].module).y : mean(node.rows, columns[index - 1]);
    if (index === 0) nodes.sort((a, b) => b.rows.length - a.rows.length);
    else nodes.sort((a, b) => origin(a) - origin(b));
    let y = 0;
    for (const node of nodes) {
      node.y = y;
      node.height = Math.max(LEAST, node.rows.length * unit);
      node.into = y;
      node.out = y;
      y += node.height + GAP;
    }
    height = Math.max(height, y);
  }
  return height;
}

function mean(rows, packages) {
  return rows.reduce((sum, row) => sum + packages.get(row.package).y, 0) / rows.length;
}

function ribbon(flow) {
  const share = (node) => (node.height * flow.rows.length) / node.rows.length;
  const { from, to } = flow;
  const [x0, x1] = [COLUMN_AT[from.column] + BAR, COLUMN_AT[to.column]];
  const middle = (x0 + x1) / 2;
  const [a, b] = [from.out, from.out + share(from)];
  const [c, d] = [to.into, to.into + share(to)];
  from.out = b;
  to.into = d;
  flow.path = svg('path', {
    class: `flow ${flow.mark}`,
    d: `M${x0} ${a}C${middle} ${a} ${middle} ${c} ${x1} ${c}V${d}C${middle} ${d} ${middle} ${b} ${x0} ${b}Z`,
  });
  return flow.path;
}

function short(text, most) {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

function bar(node, picture, ribbons, choose) {
  const x = COLUMN_AT[node.column];
  const label = node.label ?? node.key;
  const text = svg('text', { x: x + BAR + 6, y: node.y + Math.min(node.height, 40) / 2 + 4.5 });
  text.append(short(label, 44));
  if (node.column < 2) text.append(svg('tspan', { class: 'count' }, ` ${node.rows.length}`));
  const group = svg(
    'g',
    {
      class: `node ${node.mark}`,
      tabindex: 0,
      role: 'button',
      'aria-label': `${['package', 'module', 'name'][node.column]} ${label}, imports: ${node.rows.length}, ${node.mark}`,
    },
    svg('rect', { x, y: node.y, width: BAR, height: node.height }),
    svg('rect', { x: x + BAR, y: node.y, width: 260, height: Math.min(node.height, 40), 'fill-opacity': 0 }),
    text,
  );
  group.node = node;
  const trace = () => {
    const mine = new Set(node.rows);
    const meets = (other) => other.rows.some((row) => mine.has(row));
    picture.classList.add('traced');
    for (const flow of ribbons) flow.path.classList.toggle('on', meets(flow));
    for (const other of picture.querySelectorAll('.node')) other.classList.toggle('on', meets(other.node));
    const paths = [...new Set(node.rows.map((row) => row.path.join(' → ')))];
    const more = paths.length > 1 ? ` (and ${paths.length - 1} more)` : '';
    const { signature, place } = node.rows[0];
    const only = node.rows.length === 1 ? ` — ${signature} at ${place}` : '';
    element('path').textContent = paths[0] + more + only;
  };
  const leave = () => {
    picture.classList.remove('traced');
    element('path').textContent = '';
  };
  group.addEventListener('mouseenter', trace);
  group.addEventListener('focus', trace);
  group.addEventListener('mouseleave', leave);
  group.addEventListener('blur', leave);
  group.addEventListener('click', () => choose(node));
  group.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    choose(node);
  });
  return group;
}
