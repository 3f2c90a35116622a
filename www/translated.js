// A browser that translates the page puts elements of its own, <font>, where the page's texts were. The
// page knows nothing of that: a text that it changes, moves or takes away later is one that nobody sees.
// So such a text comes back into its place before it is touched (and is translated again, changed).
"use strict";

(() => {
  // By text that was replaced: what stands in its place.
  const substitutes = new WeakMap();

  function note(records) {
    for (const { addedNodes, removedNodes, previousSibling, nextSibling } of records) {
      if (!removedNodes.length) continue;
      const around = [...addedNodes, previousSibling, nextSibling];
      const substitute = around.find((node) => node?.nodeName === "FONT");
      if (!substitute) continue;
      for (const node of removedNodes) {
        if (node.nodeType === Node.TEXT_NODE) substitutes.set(node, substitute);
      }
    }
  }

  const observer = new MutationObserver(note);
  observer.observe(document.documentElement, { childList: true, subtree: true });

  function bringBack(text) {
    if (text?.nodeType !== Node.TEXT_NODE || text.parentNode) return;
    note(observer.takeRecords());
    const substitute = substitutes.get(text);
    substitutes.delete(text);
    if (substitute?.parentNode) substitute.replaceWith(text);
  }

  const { prototype } = Node;
  const value = Object.getOwnPropertyDescriptor(prototype, "nodeValue");
  Object.defineProperty(prototype, "nodeValue", {
    ...value,
    set(text) {
      bringBack(this);
      value.set.call(this, text);
    },
  });
  const { removeChild, insertBefore } = prototype;
  prototype.removeChild = function (child) {
    bringBack(child);
    return removeChild.call(this, child);
  };
  prototype.insertBefore = function (child, next) {
    bringBack(next);
    return insertBefore.call(this, child, next);
  };
})();
