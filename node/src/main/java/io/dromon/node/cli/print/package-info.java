/** What commands print: tables for people, JSON for programs. */
@NullMarked
package io.dromon.node.cli.print;

import org.jspecify.annotations.NullMarked;
