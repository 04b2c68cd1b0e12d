// SPDX-License-Identifier: MIT
import { run } from '../support/processes.js';

/** One cell of DejaVu Sans Mono at this size, in pixels; box lines join at this height. */
const CELL = { width: 9, height: 18, ascent: 14, points: 15 };

/** ECMA-48's eight, in shades that can be read on black and under white. */
const COLOURS = [
  '#000',
  '#e05050',
  '#40b040',
  '#b0a030',
  '#3a6ae0',
  '#c060c0',
  '#30a8a8',
  '#e5e5e5',
];
const PAPER = '#000';
const INK = '#d8d8d8';

interface Style {
  ink: string;
  paper: string;
  bold: boolean;
  reverse: boolean;
}

interface Run extends Style {
  row: number;
  column: number;
  text: string;
}

/** Control Sequence Introducer; what tmux prints with it ends in `m`. */
const CSI = '\u001b[';

const PLAIN: Style = { ink: INK, paper: PAPER, bold: false, reverse: false };

/** ECMA-48 §8.3.117, as far as curses uses it with eight colours. */
function styled(style: Style, parameter: number): Style {
  if (parameter === 0) return PLAIN;
  if (parameter === 1) return { ...style, bold: true };
  if (parameter === 2) return { ...style, ink: '#808080' };
  if (parameter === 7) return { ...style, reverse: true };
  if (parameter === 27) return { ...style, reverse: false };
  if (parameter === 39) return { ...style, ink: INK };
  if (parameter === 49) return { ...style, paper: PAPER };
  const colour = COLOURS[parameter % 10] ?? INK;
  if (parameter >= 30 && parameter < 38) return { ...style, ink: colour };
  if (parameter >= 40 && parameter < 48) return { ...style, paper: colour };
  return style;
}

function runs(screen: string): Run[] {
  const all: Run[] = [];
  screen.split('\n').forEach((line, row) => {
    let style = PLAIN;
    let column = 0;
    // Before the first escape there is text, behind each one its codes and text.
    for (const piece of `m${line}`.split(CSI)) {
      const end = piece.indexOf('m');
      if (end > 0) style = piece.slice(0, end).split(';').map(Number).reduce(styled, style);
      const text = piece.slice(end + 1);
      if (text !== '') all.push({ ...style, row, column, text });
      column += [...text].length;
    }
  });
  return all;
}

/** ImageMagick's vector language: a box and a text for each run. */
function drawn({ row, column, text, ink, paper, bold, reverse }: Run): string {
  const [x, y] = [column * CELL.width, row * CELL.height];
  const right = x + [...text].length * CELL.width - 1;
  const quoted = text.replace(/[\\']/g, (c) => `\\${c}`).replaceAll('%', '%%');
  return [
    `fill '${reverse ? ink : paper}' rectangle ${x},${y} ${right},${y + CELL.height - 1}`,
    `font 'DejaVu-Sans-Mono${bold ? '-Bold' : ''}' font-size ${CELL.points}`,
    `fill '${reverse ? paper : ink}' text ${x},${y + CELL.ascent} '${quoted}'`,
  ].join('\n');
}

/**
 * A picture (PNG) of a terminal's text.
 * @param screen rows with their colours, as `tmux capture-pane -e -N -p` gives them
 */
export async function paintTerminal(
  screen: string,
  size: { columns: number; rows: number },
  file: string,
): Promise<void> {
  const script = runs(screen).map(drawn).join('\n');
  const canvas = `${size.columns * CELL.width}x${size.rows * CELL.height}`;
  await run('convert', ['-size', canvas, `xc:${PAPER}`, '-draw', script, '+dither', file]);
}
