package io.dromon.node.admin.http;

import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.nio.file.attribute.UserPrincipal;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.jspecify.annotations.Nullable;

/** Whom the kernel names as the owner of the process at the other end of the control socket. */
final class LocalUser {
    private LocalUser() {}

    static String of(NioDomainSocketChannel channel) {
        try {
            @Nullable
            UnixDomainPrincipal principal =
                    channel.config().getOption(NioChannelOption.of(ExtendedSocketOptions.SO_PEERCRED));
            @Nullable UserPrincipal user = principal == null ? null : principal.user();
            return user == null ? "an unknown user" : user.getName();
        } catch (RuntimeException e) {
            return "an unknown user"; // another kind of system
        }
    }
}
