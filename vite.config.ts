import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig, type ProxyOptions } from 'vite';

/** With `npm run dev` the gateway runs behind Vite's server; it accepts its own origin only. */
function gatewayProxy(gateway = process.env.ONIONSKIN_DEV_GATEWAY): Record<string, ProxyOptions> {
  if (!gateway) return {};
  const target: ProxyOptions = { target: gateway, changeOrigin: true, headers: { origin: gateway } };
  return { '/gateway': target, '/network.json': target };
}

export default defineConfig({
  plugins: [sveltekit()],
  worker: { format: 'es' },
  build: { target: 'es2024' },
  server: { proxy: gatewayProxy() }
});
