// SPDX-License-Identifier: MIT
//
// A host of libpurple without a line of C: loads the protocols, prints them as JSON, and quits. Runs
// in a process of its own, since a mistake in a signature here ends the process.
// Arguments: the plugin folder, a throw-away user folder.

import { clearInterval, setInterval } from 'node:timers';
import { setTimeout as pause } from 'node:timers/promises';
import ffi from 'ffi-napi';
import ref from 'ref-napi';

const [plugins, user] = process.argv.slice(2);
const { RTLD_NOW, RTLD_GLOBAL } = ffi.DynamicLibrary.FLAGS;
// Debian's own protocols leave libpurple's symbols undefined: it must be open to all.
const library = new ffi.DynamicLibrary('libpurple.so.0', RTLD_NOW | RTLD_GLOBAL);

function c(name, result, values) {
  return ffi.ForeignFunction(library.get(name), result, values);
}

// Never collected: libpurple and GLib keep the pointers.
const kept = [];
function callback(result, values, run) {
  const made = ffi.Callback(result, values, run);
  kept.push(made);
  return made;
}

const timers = new Map();
let nextTimer = 1;
const addTimer = callback('uint', ['uint', 'pointer', 'pointer'], (ms, run, data) => {
  const turn = ffi.ForeignFunction(run, 'int', ['pointer']);
  const id = nextTimer++;
  const timer = setInterval(() => {
    if (timers.has(id) && turn(data) === 0) stop(id);
  }, ms);
  timers.set(id, timer);
  return id;
});
function stop(id) {
  clearInterval(timers.get(id));
  return timers.delete(id) ? 1 : 0;
}
const removeTimer = callback('int', ['uint'], stop);
// No account signs in here, so nothing is watched.
const addInput = callback('uint', ['int', 'int', 'pointer', 'pointer'], () => nextTimer++);
const removeInput = callback('int', ['uint'], () => 1);

// PurpleEventLoopUiOps: timeout_add, timeout_remove, input_add, input_remove, then four optional.
const loop = Buffer.alloc(ref.sizeof.pointer * 9);
[addTimer, removeTimer, addInput, removeInput].forEach((one, index) =>
  ref.writePointer(loop, index * ref.sizeof.pointer, one),
);
kept.push(loop);

c('purple_eventloop_set_ui_ops', 'void', ['pointer'])(loop);
c('purple_util_set_user_dir', 'void', ['string'])(user);
c('purple_plugins_add_search_path', 'void', ['string'])(plugins);
if (c('purple_core_init', 'int', ['string'])('steadfast-smoke') === 0) process.exit(1);

const idOf = c('purple_plugin_get_id', 'string', ['pointer']);
const nameOf = c('purple_plugin_get_name', 'string', ['pointer']);
const protocols = [];
// A GList: data, next, prev.
for (
  let node = c('purple_plugins_get_protocols', 'pointer', [])();
  !ref.isNull(node);
  node = ref.readPointer(ref.reinterpret(node, 24), 8, 24)
) {
  const plugin = ref.readPointer(ref.reinterpret(node, 24), 0);
  protocols.push({ id: idOf(plugin), name: nameOf(plugin) });
}
// A turn of Node's loop and a full collection: a callback that was let go would end the process now.
await pause(50);
globalThis.gc();
await pause(50);
c('purple_core_quit', 'void', [])();
for (const id of [...timers.keys()]) stop(id);
console.log(JSON.stringify({ protocols, callbacks: kept.length }));
