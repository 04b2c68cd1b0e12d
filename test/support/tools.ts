// SPDX-License-Identifier: MIT
export { tools as nodeTools } from '../../src/engine/tools-node.js';
