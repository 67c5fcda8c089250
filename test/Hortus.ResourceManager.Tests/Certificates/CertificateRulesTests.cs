using System.Net;
using Hortus.Objects;
using Hortus.Objects.Gardener.Machine;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using Hortus.ResourceManager.Certificates;

namespace Hortus.ResourceManager.Tests.Certificates;

/// <summary>Who gets which certificate.</summary>
public sealed class CertificateRulesTests
{
    private const string Agent = "gardener.cloud:node-agent:machine:";

    private static readonly CertificateSpec Serving = new()
    {
        CommonName = "system:node:n1",
        Organizations = ["system:nodes"],
        DnsNames = ["n1"],
        IPAddresses = [IPAddress.Parse("10.0.0.1"), IPAddress.Parse("fd00::1")],
        Usages = CertificateUsages.Server,
    };

    private static readonly Node TheNode = NodeWith(("Hostname", "n1"), ("InternalIP", "10.0.0.1"), ("InternalIP", "fd00:0::1"));

    [Fact]
    public void A_kubelet_gets_a_certificate_for_all_names_of_its_node() =>
        Judge(Serving).Kind.ShouldBe(VerdictKind.Approve);

    [Fact]
    public void Names_of_all_kinds_that_a_node_reports_are_its_own()
    {
        var node = NodeWith(
            ("Hostname", "n1"), ("InternalDNS", "n1.internal"), ("ExternalDNS", "n1.example"), ("ExternalIP", "1.2.3.4"));
        var spec = Serving with { DnsNames = ["N1.example", "n1.internal", "n1"], IPAddresses = [IPAddress.Parse("1.2.3.4")] };

        Judge(spec, spec.CommonName, node, "m1").Kind.ShouldBe(VerdictKind.Approve);
        Judge(spec with { DnsNames = ["n1"] }, spec.CommonName, node, "m1").Kind.ShouldBe(VerdictKind.Deny);
    }

    [Theory]
    [InlineData("robot", "no node")]
    [InlineData("system:node:", "no node")]
    [InlineData("system:node:../pods", "no node")]
    [InlineData(null, "no node")]
    [InlineData("system:node:n2", "common name \"system:node:n1\" is not the user's \"system:node:n2\"")]
    public void Another_user_gets_none(string? user, string why) => ShouldDeny(Judge(Serving, user, TheNode, "m1"), why);

    [Fact]
    public void A_request_in_another_form_is_denied_and_says_why()
    {
        ShouldDeny(Judge(Serving with { DnsNames = [], IPAddresses = [] }), "at least one DNS name or address");
        ShouldDeny(Judge(Serving with { Organizations = ["system:nodes", "system:masters"] }), "organization");
        ShouldDeny(Judge(Serving with { Organizations = [] }), "organization");
        ShouldDeny(Judge(Serving with { DnsNames = ["n1", "kubernetes.default"] }), "[kubernetes.default, n1] are not those of the Node, [n1]");
        ShouldDeny(Judge(Serving with { IPAddresses = [IPAddress.Parse("10.0.0.1")] }), "[10.0.0.1] are not those of the Node");
        ShouldDeny(ServingRules.Judge(Request("system:node:n1"), null, TheNode, ["m1"]), "no certificate request");
        ShouldDeny(
            ServingRules.Judge(Request("system:node:n1") with { Spec = new() { Username = "system:node:n1" } }, Parse(Serving), TheNode, ["m1"]),
            "in the group system:nodes");
    }

    [Fact]
    public void A_node_runs_on_one_machine()
    {
        ShouldDeny(Judge(Serving, "system:node:n1", TheNode, "m1", "m2"), "several Machines carry the label node=n1: m1, m2");
    }

    [Fact]
    public void What_may_be_on_its_way_is_waited_for()
    {
        Judge(Serving, "system:node:n1", null, "m1").ShouldBe(Verdict.Wait("Node n1 does not exist"));
        Judge(Serving, "system:node:n1", TheNode).ShouldBe(Verdict.Wait("no Machine carries the label node=n1"));
        Judge(Serving, "system:node:n1", NodeWith(), "m1").ShouldBe(Verdict.Wait("Node n1 has not reported its addresses"));
    }

    [Theory]
    [InlineData("system:bootstrap:abcdef", null, false, VerdictKind.Approve)]
    [InlineData("system:bootstrap:abcdef", "n1", false, VerdictKind.Approve)]
    [InlineData("system:bootstrap:abcdef", "n1", true, VerdictKind.Deny)]
    [InlineData(Agent + "m1", "n1", true, VerdictKind.Approve)]
    [InlineData(Agent + "m2", "n1", true, VerdictKind.Deny)]
    [InlineData("system:serviceaccount:kube-system:gardener-node-agent", "n1", true, VerdictKind.Approve)]
    [InlineData("system:serviceaccount:kube-system:gardener-node-agent", null, false, VerdictKind.Deny)]
    [InlineData("system:node:n1", "n1", true, VerdictKind.Deny)]
    [InlineData("admin", null, false, VerdictKind.Deny)]
    [InlineData("", null, false, VerdictKind.Deny)]
    public void An_agent_joins_renews_or_changes_over_on_its_own_machine(string user, string? node, bool hasNode, object verdict) =>
        NodeAgentRules.Judge(Request(user), Parse(CertificateSpec.Client(Agent + "m1")), MachineOn(node), hasNode).Kind.ShouldBe(verdict);

    [Fact]
    public void Certificates_of_others_are_none_of_its_business()
    {
        NodeAgentRules.Judge(Request("system:bootstrap:abcdef"), Parse(CertificateSpec.Client("alice")), null, false)
            .Kind.ShouldBe(VerdictKind.None);
        NodeAgentRules.Judge(Request("system:bootstrap:abcdef"), null, null, false).Kind.ShouldBe(VerdictKind.None);
    }

    [Fact]
    public void An_agent_gets_no_names_no_other_groups_and_nothing_without_a_machine()
    {
        Verdict Ask(CertificateSpec spec, Machine? machine) =>
            NodeAgentRules.Judge(Request("system:bootstrap:abcdef"), Parse(spec), machine, false);
        var spec = CertificateSpec.Client(Agent + "m1");

        Ask(spec with { Organizations = ["gardener.cloud:node-agents"] }, MachineOn(null)).Kind.ShouldBe(VerdictKind.Approve);
        ShouldDeny(Ask(spec with { Organizations = ["gardener.cloud:node-agents", "system:nodes"] }, MachineOn(null)), "organization");
        ShouldDeny(Ask(spec with { DnsNames = ["m1"] }, MachineOn(null)), "alternative names are not allowed");
        ShouldDeny(Ask(spec, null), "Machine m1 does not exist");
    }

    private static void ShouldDeny(Verdict verdict, string why)
    {
        verdict.Kind.ShouldBe(VerdictKind.Deny);
        verdict.Reason.ShouldContain(why);
    }

    private static Verdict Judge(CertificateSpec spec) => Judge(spec, spec.CommonName, TheNode, "m1");

    private static Verdict Judge(CertificateSpec spec, string? user, Node? node, params string[] machines) =>
        ServingRules.Judge(Request(user), Parse(spec), node, machines);

    private static CertificateSigningRequest Request(string? user) => new()
    {
        Metadata = new ObjectMeta { Name = "test" },
        Spec = new CertificateSigningRequestSpec { Username = user, Groups = ["system:nodes", "system:authenticated"] },
    };

    private static SigningRequest Parse(CertificateSpec spec) => SigningRequest.Parse(SigningRequest.Create(spec).RequestPem);

    private static Machine MachineOn(string? node) => new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = "shoot",
            Name = "m1",
            Labels = node is null ? null : new Dictionary<string, string> { ["node"] = node },
        },
    };

    private static Node NodeWith(params (string Type, string Address)[] addresses) => new()
    {
        Metadata = new ObjectMeta { Name = "n1" },
        Status = new NodeStatus { Addresses = [.. addresses.Select(a => new NodeAddress { Type = a.Type, Address = a.Address })] },
    };
}
