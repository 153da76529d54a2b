/** Before each file of tests: nothing that another left on the page or kept in the browser. */
document.body.replaceChildren();
localStorage.clear();
sessionStorage.clear();
