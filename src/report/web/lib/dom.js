// Elements from data. Text enters as text nodes only, so no name can become markup.

export function el(tag, properties = {}, ...children) {
    const element = document.createElement(tag);

    for (const [name, value] of Object.entries(properties)) {
        if (value === undefined || value === null || value === false) continue;
        if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
        else if (name === 'class') element.className = value;
        else if (name in element && name !== 'list' && name !== 'form') element[name] = value;
        else element.setAttribute(name, value === true ? '' : value);
    }
    element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
    return element;
}

/** Fit the canvas to its box; the drawing context in CSS pixels, cleared. */
export function startDrawing(canvas, width, height) {
    const ratio = window.devicePixelRatio || 1;
    const context = canvas.getContext('2d');

    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
        canvas.width = Math.round(width * ratio);
        canvas.height = Math.round(height * ratio);
        canvas.style.width = `${width}px`;
        canvas.style.height = `${height}px`;
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    return context;
}

/** Call back with the width inside an element now and whenever it changes. */
export function watchWidth(element, changed) {
    let width = 0;

    new ResizeObserver(([entry]) => {
        const now = Math.floor(entry.contentRect.width);

        if (now > 0 && now !== width) changed(width = now);
    }).observe(element);
}

const tip = () => document.getElementById('tip');

/** The one tip of the page beside the pointer: a list of lines, the first in bold. */
export function showTip(event, lines) {
    const box = tip();
    const margin = 14;

    box.replaceChildren(...lines.filter(Boolean).map((line, i) => el(i ? 'div' : 'strong', {}, line)));
    box.hidden = false;
    const { width, height } = box.getBoundingClientRect();
    const left = event.clientX + margin + width > window.innerWidth ? event.clientX - margin - width
        : event.clientX + margin;
    const top = event.clientY + margin + height > window.innerHeight ? event.clientY - margin - height
        : event.clientY + margin;

    box.style.left = `${Math.max(4, left)}px`;
    box.style.top = `${Math.max(4, top)}px`;
}

export function hideTip() {
    tip().hidden = true;
}

/** Gather many calls into one per frame. */
export function onceAFrame(work) {
    let isWaiting = false;

    return () => {
        if (isWaiting) return;
        isWaiting = true;
        requestAnimationFrame(() => {
            isWaiting = false;
            work();
        });
    };
}
