// The page in a headless browser, at several sizes. Fails on any script error, console message of an error,
// breach of the content-security policy, dialog (a name that became a script) or network request.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync, writeFileSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';

const folder = resolve(process.env.PAGE_FOLDER);
const pages = join(folder, 'pages');
const { chromium } = createRequire(join(folder, 'package.json'))('playwright-core');
const kinds = ['small', 'large', 'hostile', 'bare', 'logs', 'many'];
const limitMs = 120e3; // of what takes a moment where nothing else runs
let browser;

before(async () => {
    mkdirSync(pages, { recursive: true });
    for (const kind of kinds) execFileSync(process.env.MADE_UP_NIGHT, [pages, kind]);
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM, timeout: limitMs,
        args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-dev-shm-usage'] });
});

after(() => browser?.close());

async function open(file, options = {}) {
    const page = await browser.newPage({ viewport: { width: 1440, height: 950 }, ...options });

    page.setDefaultTimeout(limitMs);
    page.faults = [];
    page.on('pageerror', (error) => page.faults.push(`script error: ${error.message}`));
    page.on('console', (message) => message.type() === 'error' && page.faults.push(`console: ${message.text()}`));
    page.on('dialog', (dialog) => {
        page.faults.push(`dialog: ${dialog.message()}`);
        dialog.dismiss();
    });
    page.on('request', (request) => !/^(file|data|blob):/.test(request.url()) && page.faults.push(`network: ${request.url()}`));
    const began = Date.now();

    await page.goto(pathToFileURL(join(pages, file)).href, { waitUntil: 'load' });
    page.loadMs = Date.now() - began;
    await page.waitForFunction(() => document.documentElement.dataset.state);
    await settled(page);
    return page;
}

/** What was asked for is painted: charts paint in the next frame, and may ask for one more. */
function settled(page) {
    return page.evaluate(async () => {
        for (let frame = 0; frame < 4; frame++) await new Promise(requestAnimationFrame);
    });
}

async function close(page) {
    assert.deepEqual(page.faults, []);
    await page.close();
}

/** The box of an element, after bringing it into sight: the mouse reaches nothing outside the window. */
async function boxInSight(page, selector) {
    await page.locator(selector).first().scrollIntoViewIfNeeded();
    return page.locator(selector).first().boundingBox();
}

/** A number that changes when anything in the canvas does. */
function inkOf(page, selector) {
    return page.locator(selector).first().evaluate((canvas) => {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        let sum = 0;

        for (let i = 0; i < data.length; i += 4) sum = (sum * 31 + data[i] + 3 * data[i + 1] + 7 * data[i + 2]) % 1e9;
        return sum;
    });
}

for (const kind of kinds) {
    for (const colorScheme of ['light', 'dark']) {
        test(`the ${kind} page opens without a fault, ${colorScheme}`, async (t) => {
            const page = await open(`${kind}.html`, { colorScheme });

            assert.equal(await page.locator('html').getAttribute('data-state'), 'ready');
            assert.ok(await page.locator('section').count() >= 2);
            await page.screenshot({ path: join(pages, `${kind}-${colorScheme}.png`), fullPage: true });
            t.diagnostic(`${kind}: ${(statSync(join(pages, `${kind}.html`)).size / 1e6).toFixed(1)} MB, loaded in ${page.loadMs} ms`);
            await close(page);
        });
    }
}

test('pages stay within their budget', () => {
    for (const kind of kinds) {
        assert.ok(statSync(join(pages, `${kind}.html`)).size <= 16 * 1024 * 1024, kind);
    }
});

test('a click on the rack map chooses the host, hovering names it', async () => {
    const page = await open('large.html');
    const box = await boxInSight(page, 'canvas.map');
    const chosen = () => page.locator('#find-host').inputValue();
    const first = await chosen();

    await page.mouse.move(box.x + box.width * 0.2, box.y + box.height * 0.3);
    const named = await page.locator('#tip strong').textContent();

    await page.mouse.down();
    await page.mouse.up();
    await settled(page);
    assert.notEqual(await chosen(), first);
    assert.equal(await chosen(), named);
    assert.match(await page.locator('#timeline .headline').textContent(), new RegExp(`^${named}`));
    assert.match(page.url(), /host=\d+/);
    await close(page);
});

test('metric, band and score recolour the map', async () => {
    const page = await open('large.html');
    let ink = await inkOf(page, 'canvas.map');

    for (const [selector, label] of [['#choose-metric', 'node_power'], ['#choose-band', 'DC'], ['#choose-score', 'mrDMD z']]) {
        await page.selectOption(selector, { label });
        await settled(page);
        const now = await inkOf(page, 'canvas.map');

        assert.notEqual(now, ink, selector);
        ink = now;
    }
    assert.match(await page.locator('#map .note').textContent(), /mrDMD z, node_power, DC/);
    assert.match(await page.locator('#timeline .headline').textContent(), /node_power/);
    await close(page);
});

test('dragging zooms the timeline with its jobs and events, double click shows the night', async () => {
    const page = await open('large.html');
    const span = () => page.locator('#timeline .span').textContent();
    const box = await boxInSight(page, '#timeline .u-over');
    const whole = await span();
    const lanes = await inkOf(page, 'canvas.lanes');

    await page.mouse.move(box.x + box.width * 0.4, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 5 });
    await page.mouse.up();
    await settled(page);
    assert.notEqual(await span(), whole);
    assert.match(await span(), /4\.[789]\d? h|4\.8 h/);
    assert.notEqual(await inkOf(page, 'canvas.lanes'), lanes);
    await page.mouse.dblclick(box.x + box.width * 0.5, box.y + 50);
    await settled(page);
    assert.equal(await span(), whole);
    await close(page);
});

test('keys walk through the ranking, find hosts and zoom', async () => {
    const page = await open('large.html');
    const chosen = () => page.locator('#find-host').inputValue();
    const first = await chosen();

    await page.keyboard.press('j');
    const second = await chosen();

    assert.notEqual(second, first);
    await page.keyboard.press('k');
    assert.equal(await chosen(), first);
    await page.keyboard.press('/');
    await page.keyboard.type('c3-1c2s15n3');
    await page.keyboard.press('Enter');
    assert.equal(await chosen(), 'c3-1c2s15n3');
    await page.locator('canvas.map').focus();
    await page.keyboard.press('ArrowLeft');
    assert.notEqual(await chosen(), 'c3-1c2s15n3');
    await page.locator('#timeline .plot').focus();
    const before = await page.locator('#timeline .span').textContent();

    await page.keyboard.press('+');
    await settled(page);
    assert.notEqual(await page.locator('#timeline .span').textContent(), before);
    await close(page);
});

test('a row of the table, a band of the spectrum and a job select what they show', async () => {
    const page = await open('large.html');

    const row = page.locator('#hosts tbody tr').nth(2);

    await row.click();
    assert.equal(await page.locator('#find-host').inputValue(), await row.locator('td').first().textContent());
    await page.locator('#readings tbody tr').first().click();
    assert.equal(await page.locator('#choose-metric').inputValue(), await row.locator('td').nth(1).textContent());
    const bands = page.locator('#choose-band');
    const before = await bands.inputValue();
    const box = await boxInSight(page, '#spectrum canvas');

    await page.mouse.click(box.x + box.width * 0.9, box.y + 34);
    await settled(page);
    assert.notEqual(await bands.inputValue(), before);
    await page.locator('#timeline .inline input').click();
    await page.locator('#jobs tbody tr').first().click();
    await settled(page);
    assert.doesNotMatch(await page.locator('#timeline .span').textContent(), /, 1 d in sight/);
    await close(page);
});

test('the spectrum shows one unit at a time and follows the chosen metric', async () => {
    const page = await open('large.html');
    const unit = () => page.locator('#spectrum select').evaluate((select) => select.selectedOptions[0].textContent);
    const ink = await inkOf(page, '#spectrum canvas');

    assert.equal(await unit(), 'degC');
    await page.selectOption('#choose-metric', { label: 'node_power' });
    await settled(page);
    assert.equal(await unit(), 'W');
    assert.notEqual(await inkOf(page, '#spectrum canvas'), ink);
    await close(page);
});

test('when a reading was flagged is told on its clock', async () => {
    const page = await open('large.html');
    const box = await boxInSight(page, 'canvas.lanes');

    await page.mouse.move(box.x + 84 + 0.6 * (box.width - 106), box.y + 8);
    const metric = await page.locator('#hosts tbody tr').first().locator('td').nth(1).textContent();

    assert.match(await page.locator('#tip').textContent(), new RegExp(`^flagged: ${metric}`));
    await close(page);
});

test('an event shows its prediction, and another threshold what would alarm', async () => {
    const page = await open('small.html');
    const words = () => page.locator('#forecast .what-if').textContent();
    const own = await words();
    const counts = await inkOf(page, '#forecast .columns canvas');
    const events = page.locator('#forecast .events tbody tr');

    await events.nth(1).click();
    await settled(page);
    const host = await events.nth(1).locator('td').first().textContent();

    assert.match(await page.locator('#forecast .headline').first().textContent(), new RegExp(`^${host}`));
    assert.equal(await page.locator('#forecast .uplot').count(), 2);
    const plot = await inkOf(page, '#forecast .uplot canvas');

    await page.locator('#forecast input[type=range]').focus();
    for (let step = 0; step < 20; step++) await page.keyboard.press('ArrowRight');
    await settled(page);
    assert.notEqual(await words(), own);
    assert.notEqual(await inkOf(page, '#forecast .columns canvas'), counts);
    assert.notEqual(await inkOf(page, '#forecast .uplot canvas'), plot);
    await page.locator('#forecast .columns button').first().click();
    assert.equal(await words(), own);
    await close(page);
});

test('a host without a kept prediction says so and shows its score', async () => {
    const page = await open('small.html');

    await page.fill('#find-host', 'node0001');
    await page.keyboard.press('Enter');
    await settled(page);
    assert.match(await page.locator('#forecast .empty').first().textContent(), /not kept/);
    assert.equal(await page.locator('#forecast .uplot').count(), 1);
    await page.selectOption('#forecast select >> nth=0', { index: 1 });
    await settled(page);
    assert.equal(await page.locator('#forecast .uplot').count(), 2);
    await page.locator('#forecast .plot').focus();
    const span = await page.locator('#timeline .span').textContent();

    await page.keyboard.press('+');
    await settled(page);
    assert.notEqual(await page.locator('#timeline .span').textContent(), span);
    await close(page);
});

test('the relation graph filters, tells neighbours and walks through periods by keys', async () => {
    const page = await open('small.html');
    const words = () => page.locator('#relation .in-sight').textContent();
    const ink = () => inkOf(page, '#relation canvas');
    const [first, drawn] = [await words(), await ink()];

    await page.locator('#relation input[type=checkbox]').click();
    await page.locator('#relation input[type=range]').focus();
    for (let step = 0; step < 12; step++) await page.keyboard.press('ArrowRight');
    await settled(page);
    assert.notEqual(await words(), first);
    assert.notEqual(await ink(), drawn);
    await page.locator('#relation select').last().selectOption({ index: 2 });
    assert.match(await words(), /came and \d+ went; likeness .* Jaccard 0\.7 \(0\.95\)/);
    await page.locator('#relation select').first().selectOption({ index: 2 });
    await page.locator('#relation canvas').focus();
    await page.keyboard.press('ArrowRight');
    assert.match(await page.locator('#tip').textContent(), /moved by .*core [23]/);
    await page.keyboard.press('Enter');
    const metric = await page.locator('#choose-metric').inputValue();

    assert.notEqual(metric, '-1');
    await page.locator('#relation tbody tr').nth(1).click();
    await close(page);
});

test('hovering a metric of the graph names what it moves', async () => {
    const page = await open('large.html');
    const box = await boxInSight(page, '#relation canvas');
    let said = '';

    for (let x = 0.02; x < 1 && !said; x += 0.012) {
        for (let y = 0.04; y < 1 && !said; y += 0.04) {
            await page.mouse.move(box.x + x * box.width, box.y + y * box.height);
            if (await page.locator('#tip').isVisible()) said = await page.locator('#tip').textContent();
        }
    }
    assert.match(said, /move(s|d by) .*edges? in sight/);
    await close(page);
});

test('a night without a forecast has no such chapter', async () => {
    const page = await open('bare.html');

    assert.equal(await page.locator('#forecast, #telltale-forecast, #relation, #telltale-relation').count(), 0);
    await close(page);
});

test('every table sorts and every host of the small page can be shown', async () => {
    const page = await open('small.html');

    for (const button of await page.locator('th button').all()) if (await button.isVisible()) await button.click();
    for (let host = 1; host <= 12; host++) {
        await page.fill('#find-host', `node${String(host).padStart(4, '0')}`);
        await page.keyboard.press('Enter');
    }
    for (const option of [3, 8, 6]) {
        await page.locator('#choose-metric').evaluate((select, index) => {
            select.selectedIndex = index;
            select.dispatchEvent(new Event('change'));
        }, option + 1);
        await settled(page);
    }
    await close(page);
});

test('hostile names are shown as text and change nothing', async () => {
    const page = await open('hostile.html');

    assert.equal(await page.locator('script').count(), await page.evaluate(() => document.querySelectorAll('script[type], script:not([src])').length));
    assert.equal(await page.locator('img, iframe, object, embed, link').count(), 0);
    assert.match(await page.locator('h1').textContent(), /<\/title><script>alert\(5\)<\/script>/);
    assert.match(await page.title(), /^<\/title><script>/);
    for (let step = 0; step < 30; step++) await page.keyboard.press('j');
    for (const selector of ['canvas.map', '#clock canvas', 'canvas.lanes']) {
        const box = await boxInSight(page, selector);

        for (let step = 1; step < 12; step++) await page.mouse.move(box.x + (box.width * step) / 12, box.y + box.height / 2);
    }
    await close(page);
});

test('a page cut short says so', async () => {
    const text = readFileSync(join(pages, 'small.html'), 'utf8');

    writeFileSync(join(pages, 'cut.html'), text.replace(/(id="telltale-facility">).{40}/s, '$1'));
    const page = await open('cut.html');

    assert.match(await page.locator('.broken').textContent(), /cannot be read/);
    await page.close();
});

test('on paper the page is light and has no controls', async () => {
    const page = await open('small.html', { colorScheme: 'dark' });
    const corner = () => page.locator('canvas.lanes').evaluate((canvas) => [...canvas.getContext('2d')
        .getImageData(canvas.width / 2, 2, 1, 1).data].slice(0, 3));
    const dark = await corner();

    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    const light = await page.evaluate(() => {
        window.dispatchEvent(new Event('beforeprint'));
        return getComputedStyle(document.documentElement).getPropertyValue('--panel').trim();
    });

    assert.equal(light, '#ffffff');
    assert.ok(dark[0] < 128 && (await corner())[0] > 128, 'charts are repainted before printing');
    for (const selector of ['#selection', 'nav', '.buttons']) assert.equal(await page.locator(selector).first().isVisible(), false);
    await close(page);
});

test('35,000 marks and 4,392 hosts paint within a second', async (t) => {
    const page = await open('large.html');

    const marks = page.locator('#clock canvas').first();
    let [marksMs, mapMs] = [Infinity, Infinity];

    // The machine may be at something else: the least of a few times counts.
    for (let attempt = 0; attempt < 8 && !(marksMs < 1000 && mapMs < 1000); attempt++) {
        await page.locator('#clock .levels button').first().click();
        await settled(page);
        marksMs = Math.min(marksMs, Number(await marks.getAttribute('data-paint-ms')));
        mapMs = Math.min(mapMs, await page.evaluate(async () => {
            const began = performance.now();

            for (let i = 0; i < 10; i++) {
                document.dispatchEvent(new KeyboardEvent('keydown', { key: 's', bubbles: true }));
                await new Promise(requestAnimationFrame);
            }
            return (performance.now() - began) / 10;
        }));
    }
    t.diagnostic(`all marks painted in ${marksMs} ms; rescored and repainted the map in ${mapMs.toFixed(0)} ms`);
    assert.ok(marksMs < 1000 && mapMs < 1000);
    await close(page);
});
