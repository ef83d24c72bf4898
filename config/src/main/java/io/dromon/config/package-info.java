/**
 * The configuration of a node: one registry of every option ({@link io.dromon.config.Options}), the parsers of Galera's
 * three ways to write options (provider-option strings, {@code gcomm://} addresses, {@code .cnf} files), and the resolved,
 * validated, immutable result ({@link io.dromon.config.NodeConfig}).
 *
 * <p>Depends on nothing else of Dromon. Reads files (option files and, to check that they are there, those of TLS), opens no
 * socket and starts no thread.
 */
@NullMarked
package io.dromon.config;

import org.jspecify.annotations.NullMarked;
