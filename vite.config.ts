import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig, type ProxyOptions } from 'vite';
import { chunkGroups, hintChunks } from './scripts/lib/chunks.mjs';
import { lightIcons } from './scripts/lib/light-icons.mjs';
import { orderManifest } from './scripts/lib/manifest-order.mjs';

/** With `npm run dev` the gateway runs behind Vite's server; it accepts its own origin only. */
function gatewayProxy(gateway = process.env.ONIONSKIN_DEV_GATEWAY): Record<string, ProxyOptions> {
  if (!gateway) return {};
  const target: ProxyOptions = { target: gateway, changeOrigin: true, headers: { origin: gateway } };
  return { '/gateway': target, '/network.json': target };
}

export default defineConfig(({ isSsrBuild }) => ({
  plugins: [lightIcons(), sveltekit(), ...(isSsrBuild ? [] : [orderManifest(), hintChunks()])],
  worker: { format: 'es' },
  build: {
    target: 'es2024',
    ...(isSsrBuild ? {} : { rollupOptions: { output: { codeSplitting: { groups: chunkGroups() } } } })
  },
  server: { proxy: gatewayProxy() }
}));
