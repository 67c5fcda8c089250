using Hortus.Client;
using Hortus.Extensions;
using Hortus.Objects;
using Hortus.Objects.Gardener.Machine;
using Hortus.Objects.Kubernetes;
using Hortus.ProviderLocal.Machines;
using Hortus.Runtime;

namespace Hortus.ProviderLocal;

/// <summary>
/// Machines that are privileged pods of the seed. All state is in the pods and their Secrets, so a restarted driver finds
/// what an earlier one made.
/// </summary>
/// <param name="client">The seed.</param>
/// <param name="clock">Measures how long a deletion may take.</param>
public sealed class LocalMachineDriver(IKubernetesClient client, TimeProvider clock) : IMachineDriver
{
    /// <summary>Name for the flag <c>--driver</c>.</summary>
    public const string Name = LocalProviderSpec.Provider;

    private const string FieldManager = "machine-controller-manager-provider-local";
    private static readonly TimeSpan DeletionTimeout = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    public async Task<CreatedMachine> CreateAsync(MachineRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var spec = LocalProviderSpec.Read(request.MachineClass);
        if (request.Secret.Data?.GetValueOrDefault("userData") is not { Length: > 0 } raw)
        {
            throw new MachineDriverException(MachineErrorCode.InvalidArgument, $"Secret {request.Secret.Key} has no key userData");
        }

        var data = MachineUserData.Read(raw);
        var key = PodKey(request, spec);
        return await CallAsync(async () =>
        {
            var name = request.Machine.Metadata.Name!;
            await client.ApplyAsync(
                MachinePod.Secret(new ObjectKey(key.Namespace, name), raw, data), FieldManager, cancellationToken);
            var pod = await LivingPodAsync(key, cancellationToken)
                ?? await CreateAsync(MachinePod.Pod(key.Namespace!, request.Machine, spec, data), cancellationToken);
            return Describe(request.Machine, pod);
        });
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(MachineRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var key = PodKey(request, LocalProviderSpec.Read(request.MachineClass));
        await CallAsync(async () =>
        {
            var pod = await client.FindAsync<Pod>(key, cancellationToken);
            if (pod is not null)
            {
                await RemoveAsync(pod, cancellationToken);
            }

            var secret = new ObjectKey(key.Namespace, MachinePod.SecretName(request.Machine.Metadata.Name!));
            await client.DeleteAsync<Secret>(secret, null, cancellationToken);
            return pod ?? throw NotFound(key);
        });
    }

    /// <inheritdoc/>
    public async Task<CreatedMachine> GetStatusAsync(MachineRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var key = PodKey(request, LocalProviderSpec.Read(request.MachineClass));
        return await CallAsync(async () => Describe(
            request.Machine,
            await client.FindAsync<Pod>(key, cancellationToken) is { } pod && !HasEnded(pod) ? pod : throw NotFound(key)));
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, string>> ListAsync(
        MachineClass machineClass, Secret secret, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(machineClass);
        var @namespace = LocalProviderSpec.Read(machineClass).Namespace ?? machineClass.Metadata.Namespace!;
        var options = ListOptions.In(@namespace) with
        {
            LabelSelector = $"app=machine,{MachinePod.ProviderLabel}={LocalProviderSpec.Provider}",
        };
        return await CallAsync(async () => (await client.ListAsync<Pod>(options, cancellationToken)).Items
            .Where(pod => pod.Metadata.Label(MachinePod.MachineLabel) is not null)
            .ToDictionary(pod => MachinePod.ProviderId(pod.Key), pod => pod.Metadata.Label(MachinePod.MachineLabel)!));
    }

    private static ObjectKey PodKey(MachineRequest request, LocalProviderSpec spec) =>
        new(spec.Namespace ?? request.Machine.Metadata.Namespace, MachinePod.Name(request.Machine.Metadata.Name!));

    private static CreatedMachine Describe(Machine machine, Pod pod) => new(
        MachinePod.ProviderId(pod.Key),
        machine.Metadata.Name!,
        [.. new[] { pod.Status.PodIP }.OfType<string>().Where(address => address.Length > 0)]);

    private static bool HasEnded(Pod pod) => pod.Status.Phase is "Failed" or "Succeeded";

    private static MachineDriverException NotFound(ObjectKey pod) =>
        new(MachineErrorCode.NotFound, $"there is no machine pod {pod}");

    // A pod that has ended or is on its way out never becomes a node again: a new one takes its place.
    private async Task<Pod?> LivingPodAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var pod = await client.FindAsync<Pod>(key, cancellationToken);
        if (pod is null || (!HasEnded(pod) && !pod.Metadata.IsDeleting()))
        {
            return pod;
        }

        await RemoveAsync(pod, cancellationToken);
        return null;
    }

    private async Task<Pod> CreateAsync(Pod pod, CancellationToken cancellationToken)
    {
        try
        {
            return await client.CreateAsync(pod, cancellationToken);
        }
        catch (ApiException e) when (e.IsAlreadyExists)
        {
            return await client.GetAsync<Pod>(pod.Key, cancellationToken);
        }
    }

    private async Task RemoveAsync(Pod pod, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(DeletionTimeout, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await client.DeleteAsync<Pod>(pod.Key, new DeleteOptions { PreconditionUid = pod.Metadata.Uid }, both.Token);
            await client.UntilAsync<Pod>(pod.Key, now => now is null || now.Metadata.Uid != pod.Metadata.Uid, both.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new MachineDriverException(
                MachineErrorCode.DeadlineExceeded,
                $"machine pod {pod.Key} is still there {DeletionTimeout.TotalMinutes:F0} min after its deletion",
                e);
        }
    }

    private static async Task<T> CallAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (ApiException e)
        {
            throw new MachineDriverException(Code(e), $"the seed refused: {e.Message}", e);
        }
        catch (HttpRequestException e)
        {
            throw new MachineDriverException(MachineErrorCode.Unavailable, $"the seed does not answer: {e.Message}", e);
        }
    }

    private static MachineErrorCode Code(ApiException fault) => fault.Code switch
    {
        400 or 422 => MachineErrorCode.InvalidArgument,
        401 => MachineErrorCode.Unauthenticated,
        403 when fault.Message.Contains("exceeded quota", StringComparison.Ordinal) => MachineErrorCode.ResourceExhausted,
        403 => MachineErrorCode.PermissionDenied,
        409 => MachineErrorCode.Aborted,
        >= 500 or 429 => MachineErrorCode.Unavailable,
        _ => MachineErrorCode.Unknown,
    };
}
