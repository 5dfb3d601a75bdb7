/* The terms of the page. Their explanations stand in glossary.def; results/GLOSSARY.md holds the
 * same text for readers of the repository. */
/* SPDX-License-Identifier: MIT */
#ifndef PLOTS_GLOSSARY_H
#define PLOTS_GLOSSARY_H

/* The text whose claims are checked. The page and all documents call it "the lesson". */
#define LESSON "“Send/Receive Flow”, a lesson for beginners on the internals of Go's channels"

#endif
