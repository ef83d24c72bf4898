package io.dromon.transport.primary;

import java.util.UUID;

/**
 * The content of {@code gvwstate.dat} (chapter 03 section 6).
 *
 * @param self own UUID
 * @param view the last primary view
 */
public record SavedView(UUID self, PrimaryView view) {}
