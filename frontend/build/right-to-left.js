import rtlcss from 'rtlcss';

// What says `direction: ltr` means it in every script: addresses, numbers, codes.
const keepDirection = {
  name: 'keep-direction',
  priority: 1,
  directives: { control: {}, value: [] },
  processors: [{ expr: /^direction$/i, action: (prop, value) => ({ prop, value }) }],
};

/** Write a mirrored `x.rtl.css` beside every `x.css`. Logical properties pass through unchanged. */
export function rightToLeft() {
  return {
    name: 'right-to-left',
    generateBundle(_options, bundle) {
      for (const asset of Object.values(bundle)) {
        if (asset.type !== 'asset' || !asset.fileName.endsWith('.css')) continue;
        this.emitFile({
          type: 'asset',
          fileName: asset.fileName.replace(/\.css$/, '.rtl.css'),
          source: rtlcss.process(String(asset.source), {}, [keepDirection]),
        });
      }
    },
  };
}
