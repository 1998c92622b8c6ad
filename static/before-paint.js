// Runs before the first paint, without waiting for the app: applies the chosen looks, and keeps the welcome screen
// out of sight for who already has an account. An invite leaves the address here already, and waits in memory.
// Its counterparts are src/lib/state/appearance.ts, account-mark.ts and invite-inbox.svelte.ts.
(function () {
  var root = document.documentElement;
  var read = function (key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  var dark = matchMedia('(prefers-color-scheme: dark)').matches;
  var choice;
  try {
    choice = JSON.parse(read('onionskin.appearance') || '{}') || {};
  } catch {
    choice = {};
  }
  var theme = choice.theme;
  if (theme === 'contrast') theme = dark ? 'contrast-dark' : 'contrast-light';
  if (!/^(light|dark|ocean-light|ocean-dark|contrast-light|contrast-dark)$/.test(theme)) {
    theme = matchMedia('(prefers-contrast: more)').matches ? 'contrast-' : '';
    theme += dark ? 'dark' : 'light';
  }
  root.dataset.theme = theme;
  if (/^[a-z]+$/.test(choice.accent)) root.dataset.accent = choice.accent;
  if (/^[a-z]+$/.test(choice.density)) root.dataset.density = choice.density;
  if (choice.textSize >= 85 && choice.textSize <= 150) {
    root.style.setProperty('--text-scale', String(choice.textSize / 100));
  }
  if (read('onionskin.account') === '1') root.dataset.hasAccount = '';
  if (location.hash.startsWith('#/c/')) {
    window.onionskinInvite = location.hash;
    history.replaceState(history.state, '', location.pathname + location.search);
  }
})();
