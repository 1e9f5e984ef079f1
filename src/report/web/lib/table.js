import { countText } from './text.js';
import { el } from './dom.js';

const PAGE_ROWS = 16;

function compare(a, b) {
    const isNumber = typeof a === 'number' && typeof b === 'number';

    if (isNumber) return (Number.isNaN(a) ? -Infinity : a) - (Number.isNaN(b) ? -Infinity : b);
    return String(a).localeCompare(String(b), 'en', { numeric: true });
}

/**
 * A sortable table that builds only the rows in sight.
 *
 * columns: { title, value(row), render(row)?, isNumber?, hint?, isDescending? }. Without render the value
 * is shown as text. `picked(row)` is called on click or Enter, `key(row)` marks the selected row.
 */
export function createTable({ caption, columns, picked, key, empty = 'Nothing to show.' }) {
    let rows = [];
    let order = null;
    let isDescending = true;
    let limit = PAGE_ROWS;
    let marked;
    const body = el('tbody');
    const more = el('button', { type: 'button', class: 'quiet', onclick: () => { limit *= 5; fill(); } });
    const heads = columns.map((column) => el('th', { scope: 'col', class: column.isNumber ? 'number' : '' },
        el('button', { type: 'button', title: column.hint ?? 'Sort by this column', onclick: () => sortBy(column) },
            column.title)));
    const element = el('div', { class: 'table' },
        el('table', {}, el('caption', {}, caption), el('thead', {}, el('tr', {}, heads)), body), more);

    function sortBy(column) {
        isDescending = order === column ? !isDescending : column.isNumber === true;
        order = column;
        heads.forEach((head, i) => {
            head.removeAttribute('aria-sort');
            if (columns[i] === order) head.setAttribute('aria-sort', isDescending ? 'descending' : 'ascending');
        });
        fill();
    }

    function cellOf(column, row) {
        const content = column.render ? column.render(row) : column.value(row);

        return el('td', { class: column.isNumber ? 'number' : (column.class ?? '') }, content);
    }

    function rowOf(row) {
        const element = el('tr', {}, columns.map((column) => cellOf(column, row)));

        if (picked) {
            element.tabIndex = 0;
            element.addEventListener('click', () => picked(row));
            element.addEventListener('keydown', (event) => {
                if (event.key === 'Enter') picked(row);
                const next = { ArrowDown: element.nextElementSibling, ArrowUp: element.previousElementSibling }[event.key];

                if (next) {
                    next.focus();
                    event.preventDefault();
                }
            });
        }
        if (key && key(row) === marked) element.setAttribute('aria-selected', 'true');
        return element;
    }

    function fill() {
        const sorted = order ? [...rows].sort((a, b) => {
            const sign = compare(order.value(a), order.value(b));

            return isDescending ? -sign : sign;
        }) : rows;

        body.replaceChildren(...sorted.slice(0, limit).map(rowOf));
        if (!rows.length) body.append(el('tr', {}, el('td', { colSpan: columns.length, class: 'empty' }, empty)));
        more.hidden = rows.length <= limit;
        more.textContent = `Show more (${countText(rows.length - limit)} not shown)`;
    }

    return {
        element,
        show(newRows) {
            rows = newRows;
            fill();
        },
        mark(value) {
            if (marked === value) return;
            marked = value;
            fill();
        },
    };
}
