using System.Security.Cryptography;
using System.Text;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Machine;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using Hortus.Runtime;
using Microsoft.Extensions.Logging;

namespace Hortus.ResourceManager.Certificates;

/// <summary>
/// Decides about what kubelets (for serving) and node agents of the target ask for, by the Machines of the source. Caches only say when:
/// they may be behind, and what is decided stays.
/// </summary>
internal sealed partial class CertificateApprover : IReconciler
{
    /// <summary>Name of the controller.</summary>
    public const string Name = "csr-approver";

    /// <summary>So long after a request its Node and its Machine may come.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ControllerSetup setup;
    private readonly string machineNamespace;
    private readonly IObjectCache<CertificateSigningRequest> requests;
    private readonly ILogger log;

    private CertificateApprover(ControllerSetup setup)
    {
        this.setup = setup;
        machineNamespace = setup.Options.MachineNamespace ?? setup.Options.Namespace ?? throw new SettingException(
            "--csr-approver judges certificate requests by Machines: say where they are with --machine-namespace or --namespace");
        requests = setup.Target.CacheOf<CertificateSigningRequest>();
        log = setup.Logs.CreateLogger(Name);
    }

    private CacheScope MachineScope => new(machineNamespace);

    /// <summary>Adds the controller.</summary>
    /// <exception cref="SettingException">Nobody said where the Machines are.</exception>
    public static void Add(ControllerSetup setup)
    {
        var approver = new CertificateApprover(setup);
        setup.Target.AddController(Name, approver, controller => controller
            .For<CertificateSigningRequest>((_, request) => request is not null && IsOpen(request))
            .Watches<Node>(node => approver.Waiting(node.Key.Name), (old, node) => node is not null && Addresses(old) != Addresses(node))
            .WatchesOn<Machine>(
                setup.Source,
                machine => approver.Waiting(NodeOf(machine)),
                (old, machine) => machine is not null && NodeOf(machine) is { } node && node != NodeOf(old),
                approver.MachineScope));
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (requests.Find(key) is not { } request || !IsOpen(request))
        {
            return ReconcileResult.Done;
        }

        var asked = Parse(request);
        var verdict = request.Spec.SignerName == CertificateSigners.KubeletServing
            ? await JudgeServingAsync(request, asked, cancellationToken)
            : await JudgeNodeAgentAsync(request, asked, cancellationToken);
        var now = setup.Clock.GetUtcNow();
        if (verdict.Kind == VerdictKind.Wait)
        {
            var left = (request.Metadata.CreationTimestamp ?? now) + Patience - now;
            if (left > TimeSpan.Zero)
            {
                LogWaiting(log, key.Name, request.Spec.Username, verdict.Reason);
                return ReconcileResult.After(left);
            }
        }

        switch (verdict.Kind)
        {
            case VerdictKind.Approve:
                await DecideAsync(request.Approved("RequestApproved", verdict.Reason, now), cancellationToken);
                LogApproved(log, key.Name, request.Spec.Username, verdict.Reason);
                break;
            case VerdictKind.Deny or VerdictKind.Wait:
                await DecideAsync(request.Denied("RequestDenied", verdict.Reason, now), cancellationToken);
                LogDenied(log, key.Name, request.Spec.Username, verdict.Reason);
                break;
        }

        return ReconcileResult.Done;
    }

    private static bool IsOpen(CertificateSigningRequest request) => !request.IsSettled()
        && request.Status.Certificate is null or []
        && request.Spec.SignerName is CertificateSigners.KubeletServing or CertificateSigners.Client;

    private static string? NodeOf(Machine? machine) => machine?.Metadata.Label(GardenerLabels.MachineNode);

    private static string Addresses(Node? node) =>
        node is null ? "" : string.Join(',', (node.Status.Addresses ?? []).Select(a => $"{a.Type}={a.Address}").Prepend("there"));

    private static SigningRequest? Parse(CertificateSigningRequest request)
    {
        try
        {
            return SigningRequest.Parse(Encoding.UTF8.GetString(request.Spec.Request));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private IEnumerable<ObjectKey> Waiting(string? node) => requests.List()
        .Where(r => r.Spec.SignerName == CertificateSigners.KubeletServing && IsOpen(r) && ServingRules.NodeOf(r) == node)
        .Select(r => r.Key);

    private async Task<Verdict> JudgeServingAsync(
        CertificateSigningRequest request, SigningRequest? asked, CancellationToken cancellationToken)
    {
        if (ServingRules.NodeOf(request) is not { } name)
        {
            return ServingRules.Judge(request, asked, null, []);
        }

        var node = await setup.Target.Client.FindAsync<Node>(ObjectKey.Cluster(name), cancellationToken);
        var all = await setup.Source.Client.ListAsync<Machine>(ListOptions.In(machineNamespace), cancellationToken);
        return ServingRules.Judge(request, asked, node, MachinesOf(name, all.Items));
    }

    private async Task<Verdict> JudgeNodeAgentAsync(
        CertificateSigningRequest request, SigningRequest? asked, CancellationToken cancellationToken)
    {
        if (NodeAgentRules.MachineOf(asked) is not { } name)
        {
            return Verdict.None;
        }

        var machine = NameFormat.IsSubdomain(name)
            ? await setup.Source.Client.FindAsync<Machine>(new ObjectKey(machineNamespace, name), cancellationToken)
            : null;
        var hasNode = NodeOf(machine) is { } node
            && await setup.Target.Client.FindAsync<Node>(ObjectKey.Cluster(node), cancellationToken) is not null;
        return NodeAgentRules.Judge(request, asked, machine, hasNode);
    }

    private static IReadOnlyList<string> MachinesOf(string node, IEnumerable<Machine> all) =>
        [.. all.Where(m => NodeOf(m) == node).Select(m => m.Key.Name).Order(StringComparer.Ordinal)];

    private Task DecideAsync(CertificateSigningRequest decided, CancellationToken cancellationToken) =>
        setup.Target.Client.UpdateSubresourceAsync(decided, "approval", cancellationToken);

    [LoggerMessage(6430, LogLevel.Information, "certificate request {Name} of {User} is approved: {Reason}")]
    private static partial void LogApproved(ILogger logger, string name, string? user, string reason);

    [LoggerMessage(6431, LogLevel.Warning, "certificate request {Name} of {User} is denied: {Reason}")]
    private static partial void LogDenied(ILogger logger, string name, string? user, string reason);

    [LoggerMessage(6432, LogLevel.Debug, "certificate request {Name} of {User} waits: {Reason}")]
    private static partial void LogWaiting(ILogger logger, string name, string? user, string reason);
}
