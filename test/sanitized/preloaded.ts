// SPDX-License-Identifier: MIT

// It is loaded here; in the engines that the tests start it would only take time.
delete process.env.LD_PRELOAD;
