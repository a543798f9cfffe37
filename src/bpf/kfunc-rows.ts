// Kernel functions that BPF programs call by their BTF type number (kfuncs): what src/bpf/kfuncs.ts reads into rows. One line a function:
//   number name | hooks | arguments | return | marks
// The number is the function's in the BTF of the 6.18.44 kernel that was asked; the hooks are that kernel's answers to one load a
// function and program type ("common": every type; "-": none that could be asked). Without arguments the verifier knows the
// function's name and hooks only. Argument and return types are those of kfuncs.ts, from the kernel's documentation of kfuncs
// (Documentation/bpf/kfuncs.rst) and the suffixes of the parameters' names (__uninit, __opt, __szk, __ign) in its BTF.
export const KFUNC_ROWS = `
48051 __bpf_trap | common
62085 bbr_cwnd_event | -
62089 bbr_init | -
62094 bbr_main | -
62096 bbr_min_tso_segs | -
62106 bbr_set_state | -
62108 bbr_sndbuf_expand | -
62110 bbr_ssthresh | -
62112 bbr_undo_cwnd | -
63511 bpf_arena_alloc_pages | common
63514 bpf_arena_free_pages | common
63520 bpf_arena_reserve_pages | common
63548 bpf_cast_to_kern_ctx | common
63552 bpf_cgroup_acquire | tc xdp tracing syscall cgroup
63555 bpf_cgroup_ancestor | tc xdp tracing syscall cgroup
63564 bpf_cgroup_from_id | tc xdp tracing syscall cgroup
63577 bpf_cgroup_read_xattr | common
63579 bpf_cgroup_release | tc xdp tracing syscall cgroup
63619 bpf_copy_from_user_dynptr | common
63622 bpf_copy_from_user_str | common
63624 bpf_copy_from_user_str_dynptr | common
63629 bpf_copy_from_user_task_dynptr | common
63632 bpf_copy_from_user_task_str | common
63634 bpf_copy_from_user_task_str_dynptr | common
63667 bpf_cpumask_acquire | tracing syscall
63670 bpf_cpumask_and | tracing syscall
63673 bpf_cpumask_any_and_distribute | tracing syscall
63676 bpf_cpumask_any_distribute | tracing syscall
63679 bpf_cpumask_clear | tracing syscall
63682 bpf_cpumask_clear_cpu | tracing syscall
63685 bpf_cpumask_copy | tracing syscall
63688 bpf_cpumask_create | tracing syscall
63691 bpf_cpumask_empty | tracing syscall
63694 bpf_cpumask_equal | tracing syscall
63696 bpf_cpumask_first | tracing syscall
63698 bpf_cpumask_first_and | tracing syscall
63700 bpf_cpumask_first_zero | tracing syscall
63702 bpf_cpumask_full | tracing syscall
63704 bpf_cpumask_intersects | tracing syscall
63707 bpf_cpumask_or | tracing syscall
63710 bpf_cpumask_populate | tracing syscall
63712 bpf_cpumask_release | tracing syscall
63716 bpf_cpumask_set_cpu | tracing syscall
63718 bpf_cpumask_setall | tracing syscall
63720 bpf_cpumask_subset | tracing syscall
63723 bpf_cpumask_test_and_clear_cpu | tracing syscall
63725 bpf_cpumask_test_and_set_cpu | tracing syscall
63728 bpf_cpumask_test_cpu | tracing syscall
63730 bpf_cpumask_weight | tracing syscall
63732 bpf_cpumask_xor | tracing syscall
63737 bpf_crypto_ctx_acquire | syscall
63740 bpf_crypto_ctx_create | syscall
63743 bpf_crypto_ctx_release | syscall
63748 bpf_crypto_decrypt | tc tc_action xdp
63750 bpf_crypto_encrypt | tc tc_action xdp
63780 bpf_ct_change_status | tc xdp
63783 bpf_ct_change_timeout | tc xdp
63786 bpf_ct_insert_entry | tc xdp
63789 bpf_ct_release | tc xdp
63792 bpf_ct_set_nat_info | tc xdp
63795 bpf_ct_set_status | tc xdp
63798 bpf_ct_set_timeout | tc xdp
63851 bpf_dynptr_adjust | common | DYNPTR, SCALAR, SCALAR | INTEGER
63856 bpf_dynptr_clone | common | DYNPTR, DYNPTR_NEW:clone | INTEGER
63859 bpf_dynptr_copy | common | DYNPTR, SCALAR, DYNPTR, SCALAR, SCALAR | INTEGER
63866 bpf_dynptr_from_skb | tc tc_action tracing cgroup sk_skb socket lwt netfilter | CTX, SCALAR, DYNPTR_NEW:skb | INTEGER | trusted
63869 bpf_dynptr_from_skb_meta | tc tc_action
63874 bpf_dynptr_from_xdp | xdp | CTX, SCALAR, DYNPTR_NEW:xdp | INTEGER
63879 bpf_dynptr_is_null | common | DYNPTR | INTEGER
63881 bpf_dynptr_is_rdonly | common | DYNPTR | INTEGER
63884 bpf_dynptr_memset | common | DYNPTR, SCALAR, SCALAR, SCALAR | INTEGER
63892 bpf_dynptr_size | common | DYNPTR | INTEGER
63895 bpf_dynptr_slice | common | DYNPTR, SCALAR, MEM_OPT, CONST_SIZE | SLICE_RDONLY | null
63897 bpf_dynptr_slice_rdwr | common | DYNPTR, SCALAR, MEM_OPT, CONST_SIZE | SLICE | null
63929 bpf_fentry_test1 | -
64005 bpf_get_dentry_xattr | -
64009 bpf_get_file_xattr | -
64023 bpf_get_kmem_cache | common
64074 bpf_get_task_exe_file | -
64128 bpf_iter_bits_destroy | common
64131 bpf_iter_bits_new | common
64134 bpf_iter_bits_next | common
64153 bpf_iter_css_destroy | common
64156 bpf_iter_css_new | common
64159 bpf_iter_css_next | common
64162 bpf_iter_css_task_destroy | common
64165 bpf_iter_css_task_new | common
64168 bpf_iter_css_task_next | common
64175 bpf_iter_dmabuf_destroy | common
64178 bpf_iter_dmabuf_new | common
64181 bpf_iter_dmabuf_next | common
64209 bpf_iter_kmem_cache_destroy | common
64212 bpf_iter_kmem_cache_new | common
64215 bpf_iter_kmem_cache_next | common
64239 bpf_iter_num_destroy | common | ITER_DESTROY:num | VOID
64242 bpf_iter_num_new | common | ITER_NEW:num, SCALAR, SCALAR | INTEGER
64245 bpf_iter_num_next | common | ITER_NEXT:num | MEM_RDONLY:4 | null
64258 bpf_iter_task_destroy | common
64263 bpf_iter_task_new | common
64266 bpf_iter_task_next | common
64272 bpf_iter_task_vma_destroy | common
64275 bpf_iter_task_vma_new | common
64278 bpf_iter_task_vma_next | common
64381 bpf_key_put | tc xdp tracing syscall cgroup
64384 bpf_kfunc_call_memb_release | tc tracing syscall
64389 bpf_kfunc_call_test_release | tc tracing syscall
64452 bpf_list_back | tc xdp tracing syscall cgroup
64454 bpf_list_front | tc xdp tracing syscall cgroup
64458 bpf_list_pop_back | tc xdp tracing syscall cgroup
64460 bpf_list_pop_front | tc xdp tracing syscall cgroup
64463 bpf_list_push_back_impl | tc xdp tracing syscall cgroup
64465 bpf_list_push_front_impl | tc xdp tracing syscall cgroup
64472 bpf_local_irq_restore | common
64474 bpf_local_irq_save | common
64496 bpf_lookup_system_key | tc xdp tracing syscall cgroup
64499 bpf_lookup_user_key | tc xdp tracing syscall cgroup
65091 bpf_map_sum_elem_count | common
65137 bpf_modify_return_test | -
65140 bpf_modify_return_test2 | -
65143 bpf_modify_return_test_tp | common
65200 bpf_obj_drop_impl | tc xdp tracing syscall cgroup
65214 bpf_obj_new_impl | tc xdp tracing syscall cgroup
65243 bpf_path_d_path | -
65255 bpf_percpu_obj_drop_impl | tc xdp tracing syscall cgroup
65257 bpf_percpu_obj_new_impl | tc xdp tracing syscall cgroup
65280 bpf_preempt_disable | common | - | VOID
65282 bpf_preempt_enable | common | - | VOID
65290 bpf_probe_read_kernel_dynptr | common
65293 bpf_probe_read_kernel_str_dynptr | common
65296 bpf_probe_read_user_dynptr | common
65299 bpf_probe_read_user_str_dynptr | common
65454 bpf_put_file | -
65467 bpf_rbtree_add_impl | tc xdp tracing syscall cgroup
65470 bpf_rbtree_first | tc xdp tracing syscall cgroup
65473 bpf_rbtree_left | tc xdp tracing syscall cgroup
65475 bpf_rbtree_remove | tc xdp tracing syscall cgroup
65477 bpf_rbtree_right | tc xdp tracing syscall cgroup
65479 bpf_rbtree_root | tc xdp tracing syscall cgroup
65481 bpf_rcu_read_lock | common | - | VOID
65483 bpf_rcu_read_unlock | common | - | VOID
65486 bpf_rdonly_cast | common
65496 bpf_refcount_acquire_impl | tc xdp tracing syscall cgroup
65499 bpf_remove_dentry_xattr | -
65506 bpf_res_spin_lock | common
65509 bpf_res_spin_lock_irqsave | common
65512 bpf_res_spin_unlock | common
65515 bpf_res_spin_unlock_irqrestore | common
65561 bpf_send_signal_task | tc xdp tracing syscall cgroup
65573 bpf_session_cookie | -
65575 bpf_session_is_return | -
65578 bpf_set_dentry_xattr | -
65594 bpf_sk_assign_tcp_reqsk | tc
65666 bpf_skb_ct_alloc | tc xdp
65669 bpf_skb_ct_lookup | tc xdp
65739 bpf_sock_addr_set_sun_path | cgroup
65750 bpf_sock_destroy | -
65760 bpf_sock_ops_enable_tx_tstamp | cgroup
65787 bpf_strcasecmp | common
65790 bpf_strchr | common
65792 bpf_strchrnul | common
65794 bpf_strcmp | common
65797 bpf_strcspn | common
65813 bpf_stream_vprintk_impl | common
65816 bpf_strlen | common
65819 bpf_strnchr | common
65824 bpf_strnlen | common
65827 bpf_strnstr | common
65830 bpf_strrchr | common
65833 bpf_strspn | common
65835 bpf_strstr | common
65895 bpf_task_acquire | tc xdp tracing syscall cgroup
65900 bpf_task_from_pid | tc xdp tracing syscall cgroup
65903 bpf_task_from_vpid | tc xdp tracing syscall cgroup
65906 bpf_task_get_cgroup1 | tc xdp tracing syscall cgroup
65910 bpf_task_release | tc xdp tracing syscall cgroup
65921 bpf_task_under_cgroup | tc xdp tracing syscall cgroup
65932 bpf_task_work_schedule_resume_impl | common
65934 bpf_task_work_schedule_signal_impl | common
65988 bpf_throw | tc xdp tracing syscall cgroup
66112 bpf_wq_init | common
66115 bpf_wq_set_callback_impl | common
66118 bpf_wq_start | common
66132 bpf_xdp_ct_alloc | tc xdp
66135 bpf_xdp_ct_lookup | tc xdp
66144 bpf_xdp_get_xfrm_state | xdp
66158 bpf_xdp_metadata_rx_hash | common
66161 bpf_xdp_metadata_rx_timestamp | common
66164 bpf_xdp_metadata_rx_vlan_tag | common
66169 bpf_xdp_pull_data | xdp
66180 bpf_xdp_xfrm_state_release | xdp
72981 css_rstat_flush | tracing
72984 css_rstat_updated | tracing
73207 cubictcp_acked | -
73209 cubictcp_cong_avoid | -
73211 cubictcp_cwnd_event | -
73213 cubictcp_init | -
73215 cubictcp_recalc_ssthresh | -
73218 cubictcp_state | -
114144 tcp_cong_avoid_ai | -
114417 tcp_reno_cong_avoid | -
114419 tcp_reno_ssthresh | -
114421 tcp_reno_undo_cwnd | -
114506 tcp_slow_start | -
`;
