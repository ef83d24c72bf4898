package io.dromon.it.life;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.dromon.it.cluster.LiveCluster.Member;
import io.dromon.it.cluster.NodeFiles;
import io.dromon.node.admin.client.AdminClient;
import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.util.List;

/** What an operator does to replace the authority of a running cluster. */
final class Rotation {
    private Rotation() {}

    /** All three steps on every member, and a relink of its links; each step is done when all members are ready for it. */
    static void run(List<Member> members, X509Bundle before, X509Bundle next) throws IOException {
        for (Member member : members) {
            stageTrust(member, before, next);
            assertDone(rotate(member, "trust-both"));
        }
        for (Member member : members) {
            stageCertificate(member, next);
            assertDone(rotate(member, "present-new"));
        }
        for (Member member : members) {
            stageTrust(member, next);
            assertDone(rotate(member, "drop-old"));
            assertThat(member.node.relink().join()).isEqualTo(members.size() - 1);
        }
    }

    static void stageTrust(Member member, X509Bundle... authorities) {
        StringBuilder text = new StringBuilder();
        for (X509Bundle authority : authorities) {
            text.append(authority.getCertificatePEM()).append('\n');
        }
        NodeFiles.write(member.files.directory().resolve("ca.crt.next"), text.toString());
    }

    static void stageCertificate(Member member, X509Bundle authority) {
        X509Bundle bundle = TestPki.issue(TestPki.builder(member.name), authority);
        NodeFiles.write(member.files.directory().resolve("tls.crt.next"), bundle.getCertificatePEM());
        NodeFiles.write(member.files.directory().resolve("tls.key.next"), bundle.getPrivateKeyPEM());
    }

    static AdminClient.Answer rotate(Member member, String step) throws IOException {
        return AdminClient.local(member.dataDirectory)
                .post("rotate", JsonNodeFactory.instance.objectNode().put("step", step), AdminClient.LONG_PATIENCE);
    }

    static void assertDone(AdminClient.Answer answer) {
        assertThat(answer.isDone()).as("%s", answer).isTrue();
    }
}
