import { countText } from './text.js';
import { el } from './dom.js';

const PAGE_ROWS = 16;
const GROWTH = 5;

function compare(a, b) {
    const isNumber = typeof a === 'number' && typeof b === 'number';

    if (isNumber) return (Number.isNaN(a) ? -Infinity : a) - (Number.isNaN(b) ? -Infinity : b);
    return String(a).localeCompare(String(b), 'en', { numeric: true });
}

/**
 * A sortable table that builds only the rows in sight.
 *
 * columns: { title, value(row), render(row)?, isNumber?, hint?, class? }. Without render the value is shown
 * as text. `picked(row)` is called on click or Enter, `key(row)` says which row is the marked one.
 */
class Table {
    constructor({ caption, columns, picked, key, empty = 'Nothing to show.' }) {
        Object.assign(this, { columns, picked, key, empty, rows: [], order: null, isDescending: true, limit: PAGE_ROWS });
        this.body = el('tbody');
        this.more = el('button', { type: 'button', class: 'quiet', onclick: () => {
            this.limit *= GROWTH;
            this.fill();
        } });
        this.heads = columns.map((column) => this.headOf(column));
        this.element = el('div', { class: 'table' }, el('table', {}, el('caption', {}, caption),
            el('thead', {}, el('tr', {}, this.heads)), this.body), this.more);
    }

    headOf(column) {
        return el('th', { scope: 'col', class: column.isNumber ? 'number' : '' }, el('button', { type: 'button',
            title: column.hint ?? 'Sort by this column', onclick: () => this.sortBy(column) }, column.title));
    }

    /** Numbers largest first, texts in order of the alphabet; again the other way round. */
    sortBy(column) {
        this.isDescending = this.order === column ? !this.isDescending : column.isNumber === true;
        this.order = column;
        this.heads.forEach((head, i) => {
            head.removeAttribute('aria-sort');
            if (this.columns[i] === column) head.setAttribute('aria-sort', this.isDescending ? 'descending' : 'ascending');
        });
        this.fill();
    }

    sorted() {
        if (!this.order) return this.rows;
        const sign = this.isDescending ? -1 : 1;

        return [...this.rows].sort((a, b) => sign * compare(this.order.value(a), this.order.value(b)));
    }

    cellOf(column, row) {
        return el('td', { class: column.isNumber ? 'number' : (column.class ?? '') },
            column.render ? column.render(row) : column.value(row));
    }

    rowOf(row) {
        const element = el('tr', {}, this.columns.map((column) => this.cellOf(column, row)));

        if (this.picked) {
            element.tabIndex = 0;
            element.addEventListener('click', () => this.picked(row));
            element.addEventListener('keydown', (event) => this.keyOn(event, element, row));
        }
        if (this.key && this.key(row) === this.marked) element.setAttribute('aria-selected', 'true');
        return element;
    }

    keyOn(event, element, row) {
        const next = { ArrowDown: element.nextElementSibling, ArrowUp: element.previousElementSibling }[event.key];

        if (event.key === 'Enter') this.picked(row);
        if (!next) return;
        next.focus();
        event.preventDefault();
    }

    fill() {
        this.body.replaceChildren(...this.sorted().slice(0, this.limit).map((row) => this.rowOf(row)));
        if (!this.rows.length) {
            this.body.append(el('tr', {}, el('td', { colSpan: this.columns.length, class: 'empty' }, this.empty)));
        }
        this.more.hidden = this.rows.length <= this.limit;
        this.more.textContent = `Show more (${countText(this.rows.length - this.limit)} not shown)`;
    }

    show(rows) {
        this.rows = rows;
        this.fill();
    }

    /** Mark the row with this key; the keyboard's place in the table is kept. */
    mark(key) {
        const focused = [...this.body.children].indexOf(document.activeElement);

        if (this.marked === key) return;
        this.marked = key;
        this.fill();
        if (focused >= 0) this.body.children[focused]?.focus();
    }
}

export function createTable(options) {
    return new Table(options);
}
