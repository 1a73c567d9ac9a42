// Runs in an isolated world of every frame: the page sees nothing of it, and it
// nothing of the page's scripts. What is called from Go is at the end.
(() => {
  'use strict';
  if (globalThis.genkan) return;

  const BLOCKS = new Set(('address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure ' +
    'footer form h1 h2 h3 h4 h5 h6 header hgroup hr html iframe legend li main menu nav ol optgroup option p pre search section summary ' +
    'table tbody td tfoot th thead tr ul').split(' '));
  const VOID = new Set('area base br col embed hr img input link meta source track wbr'.split(' '));
  const SKIPPED = new Set('script style template noscript link meta base head object embed canvas video audio source track svg math'.split(' '));
  const CONTROLS = new Set('input button select textarea fieldset option optgroup'.split(' '));
  const BUTTONS = new Set('submit button reset image'.split(' '));
  const KEPT = new Set(('id class role type name href action method for placeholder alt title lang dir autocomplete inputmode maxlength pattern ' +
    'accept required readonly form open cite colspan rowspan start tabindex contenteditable').split(' '));
  const LONGEST_ATTRIBUTE = 500;
  const DEEPEST = 400;

  const escapeText = (s) => s.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);
  const escapeValue = (s) => s.replace(/[&"<>]/g, (c) => ({ '&': '&amp;', '"': '&quot;', '<': '&lt;', '>': '&gt;' })[c]);
  const attempt = (f, otherwise) => { try { return f(); } catch { return otherwise; } };

  // moving: an opacity of 0 that is on its way says nothing.
  const moving = (e) => attempt(() => e.getAnimations().length > 0, false);

  // vanished: the box is there but shows nothing: clipped away, empty, or off the page.
  function vanished(e, style) {
    if (style.opacity === '0' && !moving(e)) return true;
    const box = e.getBoundingClientRect();
    if (style.overflowX !== 'visible' && (box.width <= 1 || box.height <= 1) && style.display !== 'contents') return true;
    if (style.position !== 'absolute' && style.position !== 'fixed') return false;
    return box.width > 0 && box.height > 0 && (box.right + scrollX <= 0 || box.bottom + scrollY <= 0);
  }

  // unseen: neither the element nor anything in it can be seen.
  const unseen = (e, style) => style.display === 'none' || (style.display !== 'contents' && !e.checkVisibility()) || vanished(e, style);

  // visible: the element itself can be seen.
  function visible(e) {
    if (!e.checkVisibility({ visibilityProperty: true })) return false;
    const box = e.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) return false;
    for (let at = e; at; at = at.assignedSlot || at.parentElement || at.getRootNode().host) {
      if (vanished(at, getComputedStyle(at))) return false;
    }
    return true;
  }

  // roots: the document, open shadow trees and documents of frames that may be read.
  function* roots(root) {
    yield root;
    for (const e of root.querySelectorAll('*')) {
      if (e.shadowRoot) yield* roots(e.shadowRoot);
      else if (e.localName === 'iframe' || e.localName === 'frame') {
        const inner = attempt(() => e.contentDocument, null);
        if (inner && visible(e)) yield* roots(inner);
      }
    }
  }

  function matches(selector) {
    for (const root of roots(document)) {
      for (const e of attempt(() => root.querySelectorAll(selector), [])) if (visible(e)) return true;
    }
    return false;
  }

  const plain = (s) => s.normalize('NFKC').replace(/\s+/g, ' ').trim();
  const says = (text) => plain(document.body ? document.body.innerText : '').includes(plain(text));

  // ---- the rendered markup

  // covering: what lies over the page: the fixed box at the centre of the
  // viewport, when there is something else to be read beside it.
  function covering() {
    let found = null;
    for (let e = document.elementFromPoint(innerWidth / 2, innerHeight / 2); e; e = e.parentElement) {
      if (getComputedStyle(e).position === 'fixed') found = e;
    }
    if (!found || !document.body || found.contains(document.body)) return null;
    return document.body.innerText.length - found.innerText.length > 20 ? found : null;
  }

  const modal = (e, over) => e === over || (e.localName === 'dialog' && e.open) ||
    /^(alert)?dialog$/.test(e.getAttribute('role') || '') || e.getAttribute('aria-modal') === 'true';

  class Writer {
    constructor(nodes, chars, until) {
      this.nodes = nodes;
      this.chars = chars;
      this.until = until;
      this.whole = true;
      this.sealed = 0;
      this.over = covering();
    }

    spent(n) {
      this.chars -= n;
      if (--this.nodes > 0 && this.chars > 0 && (this.nodes & 255 || performance.now() < this.until)) return false;
      this.whole = false;
      this.nodes = 0;
      return true;
    }

    // text returns [markup, whether anything of it can be seen].
    text(node, seen) {
      const data = node.data.length > this.chars ? node.data.slice(0, Math.max(this.chars, 0)) : node.data;
      if (!seen || this.spent(data.length)) return ['', false];
      return [escapeText(data), /\S/.test(data)];
    }

    children(list, seen, depth) {
      let markup = '', any = false;
      for (const child of list) {
        if (this.nodes <= 0) break;
        const [piece, shown] = child.nodeType === 3 ? this.text(child, seen) : child.nodeType === 1 ? this.element(child, depth + 1) : ['', false];
        markup += piece;
        any = any || shown;
      }
      return [markup, any];
    }

    element(e, depth) {
      const tag = e.localName;
      if (SKIPPED.has(tag) || depth > DEEPEST || this.spent(40)) return ['', false];
      const style = e.ownerDocument.defaultView.getComputedStyle(e);
      if (unseen(e, style)) return [this.hidden(e), false];
      const seen = style.visibility === 'visible';
      const [inner, any] = this.inside(e, tag, seen, depth);
      const shown = any || (seen && (VOID.has(tag) || CONTROLS.has(tag) || tag === 'iframe'));
      return [this.wrap(e, tag, style, inner, !shown && !seen), shown];
    }

    wrap(e, tag, style, inner, hide) {
      if (tag === 'iframe' || tag === 'frame') return inner;
      let extra = hide ? ' data-genkan-hidden' : '';
      const display = style.display === 'contents' || style.display.startsWith('inline') ? 'inline' : 'block';
      if ((display === 'block') !== BLOCKS.has(tag)) extra += ` data-genkan-display="${display}"`;
      if (!hide && modal(e, this.over)) extra += ' data-genkan-modal';
      return this.open(e, tag, extra) + (VOID.has(tag) ? '' : inner + `</${tag}>`);
    }

    inside(e, tag, seen, depth) {
      if (VOID.has(tag) || tag === 'textarea' || tag === 'select' || e.isContentEditable && e.getAttribute('role') === 'textbox') return ['', false];
      if (tag === 'iframe' || tag === 'frame') return this.frame(e, depth);
      if (e.shadowRoot) return this.children(e.shadowRoot.childNodes, seen, depth);
      if (tag === 'slot') {
        const assigned = e.assignedNodes({ flatten: true });
        if (assigned.length) return this.children(assigned, seen, depth);
      }
      if (tag === 'details' && !e.open) return this.children(e.querySelectorAll(':scope > summary'), seen, depth);
      return this.children(e.childNodes, seen, depth);
    }

    // frame: the document of a frame that may be read; of another it is counted.
    frame(e, depth) {
      const inner = attempt(() => e.contentDocument, null);
      if (!inner) {
        this.sealed++;
        return ['', false];
      }
      const [markup, any] = inner.body ? this.element(inner.body, depth) : ['', false];
      return [`<div data-genkan-frame="${escapeValue(inner.URL.slice(0, 2000))}">${markup}</div>`, any];
    }

    // hidden: of what can't be seen only the forms with their fields are kept.
    hidden(e) {
      const fields = (root) => {
        let markup = '';
        for (const f of root.querySelectorAll('input,select,textarea,button')) {
          if (this.spent(40)) break;
          markup += this.open(f, f.localName, '') + (f.localName === 'input' ? '' : `</${f.localName}>`);
        }
        return markup;
      };
      if (e.localName === 'form') return this.open(e, 'form', ' data-genkan-hidden') + fields(e) + '</form>';
      if (CONTROLS.has(e.localName)) {
        return this.open(e, e.localName, ' data-genkan-hidden') + (VOID.has(e.localName) ? '' : `</${e.localName}>`);
      }
      let markup = '';
      for (const form of e.querySelectorAll('form')) markup += this.open(form, 'form', ' data-genkan-hidden') + fields(form) + '</form>';
      if (!markup && e.closest('form')) markup = fields(e);
      return markup ? `<div data-genkan-hidden>${markup}</div>` : '';
    }

    open(e, tag, extra) {
      let tagged = '<' + tag;
      for (const { name, value } of e.attributes) {
        if (!KEPT.has(name) && !name.startsWith('aria-')) continue;
        tagged += ` ${name}="${escapeValue(value.slice(0, LONGEST_ATTRIBUTE))}"`;
      }
      if (CONTROLS.has(tag)) {
        if (attempt(() => e.matches(':disabled'), false)) tagged += ' disabled';
        if (tag === 'input' && BUTTONS.has(e.type)) tagged += ` value="${escapeValue(e.value.slice(0, LONGEST_ATTRIBUTE))}"`;
      }
      this.chars -= tagged.length;
      return tagged + extra + '>';
    }
  }

  // sources: the document's own markup, and behind it that of the frames that may be read.
  function sources(limit) {
    let html = '';
    for (const root of roots(document)) {
      if (root.nodeType !== 9 || html.length >= limit || !root.documentElement) continue;
      if (root !== document) html += `\n<!-- frame ${root.URL.slice(0, 2000).replace(/--/g, '%2D%2D')} -->\n`;
      else if (root.doctype) html += `<!DOCTYPE ${root.doctype.name}>\n`;
      html += root.documentElement.outerHTML.slice(0, limit - html.length);
    }
    return html;
  }

  // ---- what happens while the page settles

  let lcp = 0, cls = 0, shifts = [];
  const addShift = (entry) => {
    if (entry.hadRecentInput) return;
    const last = shifts.at(-1);
    if (!last || entry.startTime - last.startTime > 1000 || entry.startTime - shifts[0].startTime > 5000) shifts = [];
    shifts.push({ startTime: entry.startTime, value: entry.value });
    if (shifts.length > 1000) shifts.shift();
    cls = Math.max(cls, shifts.reduce((sum, s) => sum + s.value, 0));
  };
  const onEntries = (entries) => {
    for (const entry of entries) {
      if (entry.entryType === 'largest-contentful-paint') lcp = entry.startTime;
      else addShift(entry);
    }
  };
  const paints = new PerformanceObserver((list) => onEntries(list.getEntries()));
  attempt(() => paints.observe({ type: 'largest-contentful-paint', buffered: true }));
  attempt(() => paints.observe({ type: 'layout-shift', buffered: true }));

  function vitals() {
    onEntries(paints.takeRecords());
    const navigation = performance.getEntriesByType('navigation')[0];
    const fcp = performance.getEntriesByName('first-contentful-paint')[0];
    return { ttfb: navigation ? navigation.responseStart : 0, fcp: fcp ? fcp.startTime : 0, lcp, cls };
  }

  // watch tells Go, through the binding, of changes that a visitor could see: at
  // most every 20 ms, and less often where looking costs more than that.
  function watch(expect) {
    let pause = 20, due = 0, again = false;
    const met = () => (!expect.selector || matches(expect.selector)) && (!expect.text || says(expect.text));
    const tell = () => {
      due = 0;
      again = false;
      const began = performance.now();
      observe();
      const answer = attempt(met, false) ? '1' : '0';
      pause = Math.max(20, 10 * (performance.now() - began));
      genkanChanged(answer);
      due = setTimeout(() => { due = 0; if (again) tell(); }, pause);
    };
    const changed = () => {
      if (due) again = true;
      else tell();
    };
    const shows = (s) => (s || '').match(/(display|visibility|opacity)\s*:[^;]*/g)?.join() || '';
    const matters = (r) => r.type !== 'attributes' || r.attributeName !== 'style' || shows(r.oldValue) !== shows(r.target.getAttribute('style'));
    const observer = new MutationObserver((records) => { if (records.some(matters)) changed(); });
    const options = {
      subtree: true, childList: true, characterData: true, attributes: true, attributeOldValue: true,
      attributeFilter: ['class', 'style', 'hidden', 'open', 'disabled', 'aria-hidden', 'src'],
    };
    const observed = new WeakSet();
    const observe = () => {
      for (const root of roots(document)) {
        if (observed.has(root)) continue;
        observed.add(root);
        observer.observe(root, options);
      }
    };
    observer.observe(document, options);
    observed.add(document);
    for (const type of ['DOMContentLoaded', 'transitionend', 'animationend']) document.addEventListener(type, changed, true);
    document.addEventListener('load', (e) => { if (e.target.localName === 'link') changed(); }, true); // a stylesheet
    if (document.readyState !== 'loading') changed();
  }

  // snapshot reads the frame. Of a frame that its parent reads there is nothing to tell.
  function snapshot(limits) {
    if (window !== top && attempt(() => frameElement, null)) return null;
    const writer = new Writer(limits.nodes, limits.chars, performance.now() + limits.milliseconds);
    const title = document.title.slice(0, 2000);
    const body = document.body ? writer.element(document.body, 0)[0] : '';
    const lang = document.documentElement ? document.documentElement.lang.slice(0, 100) : '';
    return {
      url: document.URL, body,
      head: `<html data-genkan-rendered lang="${escapeValue(lang)}"><head><title>${escapeText(title)}</title></head>`,
      html: sources(limits.html), sealed: writer.sealed, whole: writer.whole,
      type: document.contentType, vitals: vitals(),
      met: !!limits.selector && matches(limits.selector),
    };
  }

  globalThis.genkan = { watch, snapshot, visible };
})();
