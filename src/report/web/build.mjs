// Builds the page's template: one HTML file with script, style and licences inlined and a strict
// content-security policy, and the same bytes as a C array.
//
// usage: node build.mjs OUT_FOLDER      (packages are taken from ./node_modules of the current folder)
//
// The template holds two marks, <!--telltale:title--> and <!--telltale:data-->, where the C side puts the
// night's title and its JSON blocks.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const sources = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? 'dist');
const packages = resolve('node_modules');
const esbuild = createRequire(resolve('package.json'))('esbuild');

async function bundle(entry) {
    const result = await esbuild.build({
        entryPoints: [join(sources, entry)],
        absWorkingDir: sources,
        nodePaths: [packages],
        bundle: true,
        minify: true,
        write: false,
        metafile: true,
        format: 'iife',
        target: 'es2020',
        charset: 'utf8',
        legalComments: 'none',
    });
    return { text: result.outputFiles[0].text.trim(), inputs: Object.keys(result.metafile.inputs) };
}

function hash(text) {
    return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

function packageOf(input) {
    const path = input.split('node_modules/').at(-1).split('/');

    return path[0].startsWith('@') ? `${path[0]}/${path[1]}` : path[0];
}

function licences(inputs) {
    const names = new Set(inputs.filter((input) => input.includes('node_modules/')).map(packageOf));

    return [...names].sort().map((name) => {
        const folder = join(packages, name);
        const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
        const version = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
        const text = file ? readFileSync(join(folder, file), 'utf8').trim() : 'see the package';

        return `${name} ${version}\n\n${text}`;
    }).join('\n\n----\n\n').replaceAll('--', '- -');
}

function replaceMark(template, mark, text) {
    if (template.split(mark).length !== 2) throw new Error(`template.html must hold ${mark} once`);
    return template.replace(mark, () => text);
}

function asArray(bytes) {
    const lines = [];

    for (let i = 0; i < bytes.length; i += 24) lines.push(`    ${[...bytes.subarray(i, i + 24)].join(', ')},`);
    return `/* Made by src/report/web/build.mjs. */\n#include "template.h"\n\n`
        + `const unsigned char report_template[] = {\n${lines.join('\n')}\n};\n`
        + `const size_t report_template_bytes = sizeof report_template;\n`;
}

if (!existsSync(packages)) throw new Error(`${packages} is missing: run npm ci first`);
const script = await bundle('main.js');
const style = await bundle('style/page.css');

if (/<\/script|<!--/i.test(script.text)) throw new Error('the bundle would end its own script element');

const policy = [
    "default-src 'none'", `script-src ${hash(script.text)}`, `style-src ${hash(style.text)}`, 'img-src data:',
    "base-uri 'none'", "form-action 'none'",
].join('; ');
let page = readFileSync(join(sources, 'template.html'), 'utf8');

page = replaceMark(page, '<!--build:policy-->', `<meta http-equiv="Content-Security-Policy" content="${policy}">`);
page = replaceMark(page, '<!--build:style-->', `<style>${style.text}</style>`);
page = replaceMark(page, '<!--build:script-->', `<script>${script.text}</script>`);
page = replaceMark(page, '<!--build:licences-->',
    `<!--\nThis page contains, in minified form:\n\n${licences([...script.inputs, ...style.inputs])}\n-->`);
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'page.html'), page);
writeFileSync(join(out, 'template_page.c'), asArray(Buffer.from(page)));
