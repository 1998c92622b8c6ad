// Runs before the first paint, without waiting for the app, and in browsers too old for it, so it keeps to old
// syntax. Applies the chosen looks; keeps the welcome screen out of sight for who already has an account; takes an
// invite out of the address, to wait in memory; finds out what this browser lacks; and, for who has an
// account, starts the engine, which takes as long as everything else, and fetches the app. Its counterparts are
// src/lib/state/appearance.ts, account-mark.ts, profile-choice.ts,
// invite-inbox.svelte.ts, early-engine.ts, early-press.ts and src/lib/components/welcome/Unsupported.svelte.
(function () {
  var root = document.documentElement;
  var invite = location.hash.indexOf('#/c/') === 0;
  /** Address of the engine's worker; the build puts it here. */
  var ENGINE = '%engine%';
  /** Addresses of what the list is made of, likewise; blanks between them. */
  var APP = '%app%';
  /** Address of its style sheet, likewise. */
  var STYLE = '%style%';
  /** Scripts of this app that are not in a page: the engine's, and the service worker. */
  var OWN_SCRIPT = /^\/(service-worker\.js|_app\/immutable\/workers\/[\w.-]+\.js)$/;

  function read(key) {
    try {
      return localStorage.getItem(key);
    } catch (error) {
      void error;
      return null;
    }
  }

  /** This tab's profile, else the one used last; ids that say nothing. */
  function chosenProfile() {
    try {
      return sessionStorage.getItem('onionskin.profile') || read('onionskin.profile');
    } catch (error) {
      void error;
      return null;
    }
  }

  function dress() {
    var dark = matchMedia('(prefers-color-scheme: dark)').matches;
    var choice;
    try {
      choice = JSON.parse(read('onionskin.appearance') || '{}') || {};
    } catch (error) {
      void error;
      choice = {};
    }
    var theme = choice.theme;
    if (theme === 'contrast') theme = dark ? 'contrast-dark' : 'contrast-light';
    if (!/^(light|dark|ocean-light|ocean-dark|contrast-light|contrast-dark)$/.test(theme)) {
      theme = matchMedia('(prefers-contrast: more)').matches ? 'contrast-' : '';
      theme += dark ? 'dark' : 'light';
    }
    root.setAttribute('data-theme', theme);
    if (/^[a-z]+$/.test(choice.accent)) root.setAttribute('data-accent', choice.accent);
    if (/^[a-z]+$/.test(choice.density)) root.setAttribute('data-density', choice.density);
    if (choice.textSize >= 85 && choice.textSize <= 150) {
      root.style.setProperty('--text-scale', String(choice.textSize / 100));
    }
  }

  /** What the app cannot do without and this browser does not offer, by the names of Unsupported.svelte. */
  function missing() {
    // Most of the others hide themselves on such an address: naming them would send people the wrong way.
    if (!window.isSecureContext) return ['secure-origin'];
    var lacks = [];
    function need(name, present) {
      if (!present) lacks.push(name);
    }
    need('cryptography', window.crypto && crypto.subtle);
    need('database', window.indexedDB);
    need('locks', navigator.locks);
    need('channels', window.BroadcastChannel);
    need('workers', window.Worker && 'noModule' in document.createElement('script'));
    need('language', window.structuredClone && window.AbortSignal && AbortSignal.any && Promise.withResolvers);
    need(
      'styles',
      window.CSS &&
        CSS.supports('selector(:has(a))') &&
        CSS.supports('color', 'color-mix(in srgb, red 50%, blue)') &&
        'popover' in root
    );
    return lacks;
  }

  /** Shows the list that stands in the markup of the start page. */
  function tell(lacks) {
    if (location.pathname !== '/') {
      location.replace('/');
      return;
    }
    root.setAttribute('data-missing', lacks.join(' '));
    document.addEventListener('DOMContentLoaded', function () {
      for (var index = 0; index < lacks.length; index += 1) {
        var entry = document.querySelector('[data-need="' + lacks[index] + '"]');
        if (entry) entry.hidden = false;
      }
    });
  }

  function ownScript(url) {
    if (!OWN_SCRIPT.test(url)) throw new TypeError('not a script of this app');
    return url;
  }

  /** Asks for the profile as well; what the engine says is kept until the page listens. */
  function startEngine() {
    if (ENGINE.charAt(0) !== '/') return;
    // A name can be used once per page: the page goes on with this policy.
    var types = window.trustedTypes;
    var policy = types ? types.createPolicy('onionskin-script-url', { createScriptURL: ownScript }) : null;
    var worker = new Worker(policy ? policy.createScriptURL(ENGINE) : ENGINE, {
      type: 'module',
      name: 'engine'
    });
    var early = { policy: policy, worker: worker, said: [], failed: false };
    worker.onmessage = function (event) {
      early.said.push(event.data);
    };
    worker.onerror = function () {
      early.failed = true;
    };
    var profileId = chosenProfile();
    var input = profileId ? { profileId: profileId } : {};
    worker.postMessage({ kind: 'call', id: 1, name: 'engine.open', input: input });
    window.onionskinEngine = early;
  }

  /** They are on their way before the first screen asks for them. */
  function fetchApp() {
    if (APP.charAt(0) !== '/') return;
    APP.split(' ').forEach(function (url) {
      fetchEarly('modulepreload', 'script', url);
    });
    if (STYLE.charAt(0) === '/') fetchEarly('preload', 'style', STYLE);
  }

  function fetchEarly(rel, as, url) {
    var link = document.createElement('link');
    link.rel = rel;
    link.as = as;
    link.crossOrigin = '';
    link.href = url;
    document.head.appendChild(link);
  }

  /** The start page is built as the welcome screen, which is not for who has an account: it becomes the list. */
  function goToList() {
    if (APP.charAt(0) !== '/' || location.pathname !== '/' || invite) return;
    root.setAttribute('data-has-account', 'list');
    history.replaceState(history.state, '', '/chats');
  }

  /** Keeps what is pressed on the welcome screen until the app is there to do it. */
  function keepPress() {
    var kept = {
      last: null,
      stop: function () {
        document.removeEventListener('click', onClick, true);
      }
    };
    function onClick(event) {
      var pressed = event.target.closest('[data-early]');
      if (pressed) kept.last = pressed.getAttribute('data-early');
    }
    document.addEventListener('click', onClick, true);
    window.onionskinPress = kept;
  }

  dress();
  var lacks = missing();
  if (lacks.length > 0) tell(lacks);
  else if (read('onionskin.account') === '1') {
    root.setAttribute('data-has-account', '');
    startEngine();
    fetchApp();
    goToList();
  } else keepPress();
  if (invite) {
    window.onionskinInvite = location.hash;
    history.replaceState(history.state, '', location.pathname + location.search);
  }
})();
