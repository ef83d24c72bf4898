/** {@code dromon class-archive}: the classes of a node laid out for the JVM, for a quick start. */
@NullMarked
package io.dromon.node.cli.classes;

import org.jspecify.annotations.NullMarked;
