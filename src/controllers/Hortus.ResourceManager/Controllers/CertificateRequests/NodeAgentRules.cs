using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Machine;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;

namespace Hortus.ResourceManager.Certificates;

/// <summary>Which client certificates the agents of nodes get: one of their own machine, for the first time or again.</summary>
internal static class NodeAgentRules
{
    private const string BootstrapPrefix = "system:bootstrap:";

    /// <summary>Name of the machine whose agent's certificate is asked for; null when another certificate is.</summary>
    public static string? MachineOf(SigningRequest? asked) =>
        asked?.CommonName.StartsWith(GardenerNames.NodeAgentUserPrefix, StringComparison.Ordinal) == true
            ? asked.CommonName[GardenerNames.NodeAgentUserPrefix.Length..]
            : null;

    /// <summary>Judges a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="asked">What it asks for; null when that cannot be read.</param>
    /// <param name="machine">The Machine of <see cref="MachineOf"/>; null when it is not there.</param>
    /// <param name="hasNode">Whether the Node of that Machine exists.</param>
    public static Verdict Judge(CertificateSigningRequest request, SigningRequest? asked, Machine? machine, bool hasNode)
    {
        if (asked is null || MachineOf(asked) is not { } name)
        {
            return Verdict.None;
        }

        if (asked.DnsNames.Count + asked.IPAddresses.Count > 0 || asked.HasOtherNames)
        {
            return Verdict.Deny("subject alternative names are not allowed");
        }

        if (asked.Organizations is not ([] or [GardenerNames.NodeAgentsGroup]))
        {
            return Verdict.Deny($"organization must be {GardenerNames.NodeAgentsGroup} and nothing else");
        }

        return machine is null ? Verdict.Deny($"Machine {name} does not exist") : JudgeUser(request, asked, machine, hasNode);
    }

    private static Verdict JudgeUser(CertificateSigningRequest request, SigningRequest asked, Machine machine, bool hasNode)
    {
        var user = request.Spec.Username ?? "";
        var name = machine.Key.Name;
        if (user.StartsWith(BootstrapPrefix, StringComparison.Ordinal))
        {
            return hasNode
                ? Verdict.Deny($"Machine {name} has joined as a Node: a bootstrap token is of no use any more")
                : Verdict.Approve($"Machine {name} joins");
        }

        if (user.StartsWith(GardenerNames.NodeAgentUserPrefix, StringComparison.Ordinal))
        {
            return user == asked.CommonName
                ? Verdict.Approve($"the agent of Machine {name} renews its certificate")
                : Verdict.Deny($"common name \"{asked.CommonName}\" is not the user's \"{user}\"");
        }

        return user != GardenerNames.NodeAgentAccount
            ? Verdict.Deny($"user \"{user}\" may not have certificates of node agents")
            : machine.Metadata.Label(GardenerLabels.MachineNode) is not null
                ? Verdict.Approve($"the agent of Machine {name} changes from its service account to a certificate")
                : Verdict.Deny($"the service account of node agents has no part in Machine {name}, which has no Node");
    }
}
