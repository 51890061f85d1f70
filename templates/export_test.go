package templates

// Stories opens the storybook to the tests that use a browser.
var Stories = stories
