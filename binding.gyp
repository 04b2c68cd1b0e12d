# SPDX-License-Identifier: MIT
#
# Everything written in C. `npx node-gyp configure build` makes it below build/, and
# scripts/sanitized.mjs the same with the sanitizers in it, below build/sanitized/build/.
# (`rebuild` and `clean` would erase all of build/.)
{
  'variables': {
    'sanitize%': '',
    'out': '<(module_root_dir)/build',
    'stead_prefix%': '/usr/local',
    'engine_sources': ['<!@(ls bindings/c/*.c)'],
    'plugin_sources': ['<!@(ls native/*.c 2>/dev/null || true)'],
    'host_sources': ['<!@(ls test/native/host/*.c 2>/dev/null || true)'],
  },
  'target_defaults': {
    'defines!': ['BUILDING_NODE_EXTENSION'],
    'defines': ['_GNU_SOURCE', '_FORTIFY_SOURCE=2', 'STEAD_PREFIX="<(stead_prefix)"'],
    'cflags!': ['-Wno-unused-parameter', '-O3'],
    'cflags': ['-std=c11', '-Wall', '-Wextra', '-Werror', '-fPIC', '-fvisibility=hidden', '-fstack-protector-strong', '-g'],
    'configurations': {
      'Release': {'cflags': ['-O2']},
      'Debug': {'cflags': ['-O1'], 'defines!': ['_FORTIFY_SOURCE=2']},
    },
    'conditions': [
      ['sanitize!=""', {
        'cflags': ['-fsanitize=<(sanitize)', '-fno-sanitize-recover=all', '-fno-omit-frame-pointer'],
        'ldflags': ['-fsanitize=<(sanitize)'],
      }],
    ],
  },
  'targets': [
    {
      'target_name': 'contract',
      'type': 'none',
      'actions': [
        {
          'action_name': 'protoc-c',
          'inputs': ['bindings/engine.proto'],
          'outputs': ['<(SHARED_INTERMEDIATE_DIR)/engine.pb-c.c'],
          'action': ['protoc-c', '--proto_path=bindings', '--c_out=<(SHARED_INTERMEDIATE_DIR)', 'bindings/engine.proto'],
        },
        # Two outputs in one action would be made anew, and all of C with them, at each build.
        {
          'action_name': 'protoc-c header',
          'inputs': ['<(SHARED_INTERMEDIATE_DIR)/engine.pb-c.c'],
          'outputs': ['<(SHARED_INTERMEDIATE_DIR)/engine.pb-c.h'],
          'action': ['touch', '<(SHARED_INTERMEDIATE_DIR)/engine.pb-c.h'],
        },
      ],
      'direct_dependent_settings': {'include_dirs': ['<(SHARED_INTERMEDIATE_DIR)']},
    },
    {
      'target_name': 'steadfast-static',
      'type': 'static_library',
      'standalone_static_library': 1,
      'product_prefix': 'lib',
      'product_name': 'steadfast',
      'product_dir': '<(out)/lib',
      'hard_dependency': 1,
      'dependencies': ['contract'],
      'export_dependent_settings': ['contract'],
      'cflags': ['<!@(pkg-config --cflags libprotobuf-c)'],
      'sources': ['<@(engine_sources)', '<(SHARED_INTERMEDIATE_DIR)/engine.pb-c.c'],
      'direct_dependent_settings': {'include_dirs': ['bindings/c']},
      'link_settings': {'libraries': ['<!@(pkg-config --libs libprotobuf-c)']},
    },
    {
      'target_name': 'steadfast',
      'type': 'shared_library',
      'product_prefix': 'lib',
      'product_extension': 'so.0',
      'product_dir': '<(out)/lib',
      'dependencies': ['contract'],
      'cflags': ['<!@(pkg-config --cflags libprotobuf-c)'],
      'sources': ['<@(engine_sources)', '<(SHARED_INTERMEDIATE_DIR)/engine.pb-c.c'],
      # Only stead_*: the generated protobuf code is the library's own affair.
      'ldflags': ['-Wl,-soname,libsteadfast.so.0', '-Wl,--version-script=<(module_root_dir)/bindings/c/steadfast.map'],
      'libraries': ['<!@(pkg-config --libs libprotobuf-c)'],
    },
    {
      'target_name': 'golden',
      'type': 'executable',
      'product_dir': '<(out)/test',
      'dependencies': ['steadfast-static'],
      'sources': ['test/contract/golden.c'],
    },
  ],
  'conditions': [
    ['"<!(ls native/*.c 2>/dev/null | wc -l)"!="0"', {
      'targets': [
        {
          'target_name': 'steadfast-purple',
          'type': 'shared_library',
          'product_prefix': 'lib',
          'product_extension': 'so',
          'product_dir': '<(out)/plugins',
          'dependencies': ['steadfast-static'],
          'cflags': ['<!@(pkg-config --cflags purple)'],
          'sources': ['<@(plugin_sources)'],
          # Distributions' protocols leave libpurple's symbols undefined, which fails in hosts that
          # load it privately; and nothing of ours may shadow another plugin's symbols.
          'ldflags': ['-Wl,--exclude-libs,ALL', '-Wl,--no-undefined'],
          'libraries': ['<!@(pkg-config --libs purple)'],
          'conditions': [
            ['sanitize!=""', {'ldflags!': ['-Wl,--no-undefined']}],
          ],
        },
      ],
    }],
    ['"<!(ls test/native/host/*.c 2>/dev/null | wc -l)"!="0"', {
      'targets': [
        {
          'target_name': 'purple-host',
          'type': 'executable',
          'product_dir': '<(out)/test',
          'cflags': ['<!@(pkg-config --cflags purple)'],
          'sources': ['<@(host_sources)'],
          'libraries': ['<!@(pkg-config --libs purple)'],
        },
      ],
    }],
  ],
}
