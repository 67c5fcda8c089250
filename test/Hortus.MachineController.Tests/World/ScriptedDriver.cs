using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Extensions;
using Hortus.Objects;
using Hortus.Objects.Gardener.Machine;
using Hortus.Objects.Kubernetes;

namespace Hortus.MachineController.Tests.World;

/// <summary>A driver whose machines register a Node in the target at once.</summary>
internal sealed class ScriptedDriver(IKubernetesClient target) : IMachineDriver
{
    private readonly ConcurrentDictionary<string, bool> machines = new();

    /// <summary>What the next calls of CreateAsync throw after they have made the machine, as a crash would.</summary>
    public ConcurrentQueue<Exception> CrashesAfterCreate { get; } = new();

    /// <summary>What each call of CreateAsync throws; null for none.</summary>
    public Func<Machine, Exception?> CreateFault { get; set; } = _ => null;

    /// <summary>Whether Nodes become ready by themselves.</summary>
    public bool NodesBecomeReady { get; set; } = true;

    /// <summary>Names of the machines there are.</summary>
    public IReadOnlyCollection<string> Machines => [.. machines.Keys];

    /// <summary>All names that were ever made.</summary>
    public ConcurrentBag<string> Made { get; } = [];

    public async Task<CreatedMachine> CreateAsync(MachineRequest request, CancellationToken cancellationToken)
    {
        var name = request.Machine.Metadata.Name!;
        if (CreateFault(request.Machine) is { } fault)
        {
            throw fault;
        }

        if (machines.TryAdd(name, true))
        {
            Made.Add(name);
            await RegisterAsync(name, cancellationToken);
        }

        return CrashesAfterCreate.TryDequeue(out var crash) ? throw crash : Describe(name);
    }

    public Task DeleteAsync(MachineRequest request, CancellationToken cancellationToken) =>
        machines.TryRemove(request.Machine.Metadata.Name!, out _)
            ? Task.CompletedTask
            : throw new MachineDriverException(MachineErrorCode.NotFound, "no such machine");

    public Task<CreatedMachine> GetStatusAsync(MachineRequest request, CancellationToken cancellationToken) =>
        machines.ContainsKey(request.Machine.Metadata.Name!)
            ? Task.FromResult(Describe(request.Machine.Metadata.Name!))
            : throw new MachineDriverException(MachineErrorCode.NotFound, "no such machine");

    public Task<IReadOnlyDictionary<string, string>> ListAsync(
        MachineClass machineClass, Secret secret, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<string, string>>(machines.Keys.ToDictionary(name => "scripted://" + name));

    /// <summary>Adds a machine that no object knows.</summary>
    public void AddOrphan(string name) => machines[name] = true;

    /// <summary>Loses a machine, as when its host burns down: its Node turns not ready.</summary>
    public async Task LoseAsync(string name, CancellationToken cancellationToken)
    {
        machines.TryRemove(name, out _);
        await SetReadyAsync(name, "Unknown", cancellationToken);
    }

    /// <summary>Changes whether a Node is ready.</summary>
    public async Task SetReadyAsync(string name, string status, CancellationToken cancellationToken)
    {
        var conditions = new JsonArray(new JsonObject
        {
            ["type"] = "Ready",
            ["status"] = status,
            ["reason"] = "Scripted",
            ["message"] = "scripted",
        });
        var body = new JsonObject { ["status"] = new JsonObject { ["conditions"] = conditions } };
        await target.PatchAsync<Node>(
            ObjectKey.Cluster(name), Patch.Merge(body) with { Subresource = "status" }, cancellationToken);
    }

    private static CreatedMachine Describe(string name) => new("scripted://" + name, name, ["192.0.2.1"]);

    private async Task RegisterAsync(string name, CancellationToken cancellationToken)
    {
        await target.CreateAsync(new Node { Metadata = new ObjectMeta { Name = name } }, cancellationToken);
        if (NodesBecomeReady)
        {
            await SetReadyAsync(name, "True", cancellationToken);
        }
    }
}
